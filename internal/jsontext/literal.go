package jsontext

// string reads a string. It accepts invalid UTF-8, as encoding/json does.
func (s *Scanner) string(kind Kind) Token {
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			return s.take(kind, i+1)
		case c == '\\':
			end, expected := s.escape(i + 1)
			if expected != "" {
				return s.failAt(end, expected)
			}
			i = end - 1
		case c == '\n' || c == '\r':
			return s.failAt(i, `a closing " before the end of the line`)
		case c < ' ':
			return s.failAt(i, `\t or \u00xx for a tab or another control character`)
		}
	}
	return s.failAt(len(s.text), `a closing "`)
}

// escape returns the offset after the escape sequence whose backslash is before i. If the sequence is invalid, it returns the offset of the
// invalid byte and what was expected instead.
func (s *Scanner) escape(i int) (end int, expected string) {
	switch s.byteAt(i) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1, ""
	case 'u':
		for range 4 {
			if i++; !isHex(s.byteAt(i)) {
				return i, `four hex digits after \u`
			}
		}
		return i + 1, ""
	default:
		return i, `one of " \ / b f n r t u after the backslash`
	}
}

// number reads a number: no plus sign, no leading zero, digits on both sides of the point.
func (s *Scanner) number() Token {
	end := s.at
	if s.byteAt(end) == '-' {
		end++
	}
	if s.byteAt(end) == '0' {
		end++
	} else if end = s.digits(end); end < 0 {
		return s.fail("a digit")
	}
	if s.byteAt(end) == '.' {
		if end = s.digits(end + 1); end < 0 {
			return s.fail("a digit")
		}
	}
	if c := s.byteAt(end); c == 'e' || c == 'E' {
		end++
		if c := s.byteAt(end); c == '+' || c == '-' {
			end++
		}
		if end = s.digits(end); end < 0 {
			return s.fail("a digit")
		}
	}
	return s.take(Number, end)
}

// digits returns the offset after the digits at an offset. If there are none, it moves to the offset and returns -1.
func (s *Scanner) digits(i int) int {
	if !isDigit(s.byteAt(i)) {
		s.at = i
		return -1
	}
	for isDigit(s.byteAt(i)) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }
