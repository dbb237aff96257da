package tui

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// input is a line that is being typed. It doesn't use the text input of bubbles, which searches PATH for clipboard programs in an init
// function: that would slow down every command.
type input struct {
	runes  []rune
	cursor int
}

func inputOf(s string) input {
	r := []rune(s)
	return input{r, len(r)}
}

func (in *input) String() string { return string(in.runes) }

// byteAt returns the byte offset of the cursor.
func (in *input) byteAt() int { return len(string(in.runes[:in.cursor])) }

// replace replaces the text between two byte offsets and moves the cursor behind the new text.
func (in *input) replace(from, to int, with string) {
	s := in.String()
	rest := s[to:]
	*in = inputOf(s[:from] + with)
	in.runes = append(in.runes, []rune(rest)...)
}

// paste inserts a text as one line, without control characters.
func (in *input) paste(s string) {
	for _, r := range s {
		if r == '\n' || r == '\t' || r == '\r' {
			r = ' '
		}
		if !unicode.IsControl(r) {
			in.insert(r)
		}
	}
}

func (in *input) insert(r rune) {
	in.runes = append(in.runes[:in.cursor], append([]rune{r}, in.runes[in.cursor:]...)...)
	in.cursor++
}

// key handles a key as shells do, and reports whether the text has changed.
func (in *input) key(k tea.KeyPressMsg) (changed bool) {
	before := len(in.runes)
	switch k.String() {
	case "left", "ctrl+b":
		in.cursor = max(in.cursor-1, 0)
	case "right", "ctrl+f":
		in.cursor = min(in.cursor+1, len(in.runes))
	case "home", "ctrl+a":
		in.cursor = 0
	case "end", "ctrl+e":
		in.cursor = len(in.runes)
	case "alt+b", "ctrl+left", "alt+left":
		in.cursor = in.wordLeft()
	case "alt+f", "ctrl+right", "alt+right":
		in.cursor = in.wordRight()
	case "backspace", "ctrl+h":
		in.cut(max(in.cursor-1, 0), in.cursor)
	case "delete", "ctrl+d":
		in.cut(in.cursor, min(in.cursor+1, len(in.runes)))
	case "ctrl+w", "alt+backspace", "ctrl+backspace":
		in.cut(in.wordLeft(), in.cursor)
	case "ctrl+u":
		in.cut(0, in.cursor)
	case "ctrl+k":
		in.cut(in.cursor, len(in.runes))
	default:
		in.paste(k.Text)
	}
	return len(in.runes) != before
}

func (in *input) cut(from, to int) {
	in.runes = append(in.runes[:from:from], in.runes[to:]...)
	in.cursor = from
}

func (in *input) wordLeft() int {
	at := in.cursor
	for at > 0 && in.runes[at-1] == ' ' {
		at--
	}
	for at > 0 && in.runes[at-1] != ' ' {
		at--
	}
	return at
}

func (in *input) wordRight() int {
	at := in.cursor
	for at < len(in.runes) && in.runes[at] == ' ' {
		at++
	}
	for at < len(in.runes) && in.runes[at] != ' ' {
		at++
	}
	return at
}
