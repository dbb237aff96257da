package tui

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// input is a line that is being typed. It is our own, since that of bubbles looks for clipboard programs in all of PATH before the
// program's first line runs, which every `vidiking version` would pay for.
type input struct {
	runes []rune
	at    int // the cursor
}

func inputOf(s string) input {
	r := []rune(s)
	return input{r, len(r)}
}

func (in *input) String() string { return string(in.runes) }

// byteAt is the cursor's place in bytes.
func (in *input) byteAt() int { return len(string(in.runes[:in.at])) }

// replace puts a text in place of what stands between two places in bytes, and the cursor behind it.
func (in *input) replace(from, to int, with string) {
	s := in.String()
	rest := s[to:]
	*in = inputOf(s[:from] + with)
	in.runes = append(in.runes, []rune(rest)...)
}

// paste types a text at once, on one line.
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
	in.runes = append(in.runes[:in.at], append([]rune{r}, in.runes[in.at:]...)...)
	in.at++
}

// key takes a key as shells do; changed is whether the text is another one then.
func (in *input) key(k tea.KeyPressMsg) (changed bool) {
	before := len(in.runes)
	switch k.String() {
	case "left", "ctrl+b":
		in.at = max(in.at-1, 0)
	case "right", "ctrl+f":
		in.at = min(in.at+1, len(in.runes))
	case "home", "ctrl+a":
		in.at = 0
	case "end", "ctrl+e":
		in.at = len(in.runes)
	case "alt+b", "ctrl+left", "alt+left":
		in.at = in.wordLeft()
	case "alt+f", "ctrl+right", "alt+right":
		in.at = in.wordRight()
	case "backspace", "ctrl+h":
		in.cut(max(in.at-1, 0), in.at)
	case "delete", "ctrl+d":
		in.cut(in.at, min(in.at+1, len(in.runes)))
	case "ctrl+w", "alt+backspace", "ctrl+backspace":
		in.cut(in.wordLeft(), in.at)
	case "ctrl+u":
		in.cut(0, in.at)
	case "ctrl+k":
		in.cut(in.at, len(in.runes))
	default:
		in.paste(k.Text)
	}
	return len(in.runes) != before
}

func (in *input) cut(from, to int) {
	in.runes = append(in.runes[:from:from], in.runes[to:]...)
	in.at = from
}

func (in *input) wordLeft() int {
	at := in.at
	for at > 0 && in.runes[at-1] == ' ' {
		at--
	}
	for at > 0 && in.runes[at-1] != ' ' {
		at--
	}
	return at
}

func (in *input) wordRight() int {
	at := in.at
	for at < len(in.runes) && in.runes[at] == ' ' {
		at++
	}
	for at < len(in.runes) && in.runes[at] != ' ' {
		at++
	}
	return at
}
