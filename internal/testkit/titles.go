package testkit

// Titles prepares a program's output for a terminal emulator that ends a window title at the byte 0x9C even in UTF-8, where that byte is part
// of "✗". Such an emulator would show the rest of the title on the screen. The zero value is ready to use.
type Titles struct {
	escape, inside bool // the last byte was ESC; a title or another OSC sequence has begun
}

// Filter returns b without the bytes 0x9C inside titles. A title may begin in one call and end in a later one.
func (t *Titles) Filter(b []byte) []byte {
	kept := make([]byte, 0, len(b))
	for _, c := range b {
		switch {
		case t.escape:
			t.inside = c == ']'
		case c == '\a':
			t.inside = false
		case t.inside && c == 0x9c:
			continue
		}
		t.escape = c == '\x1b'
		kept = append(kept, c)
	}
	return kept
}
