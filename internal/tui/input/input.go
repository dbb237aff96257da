// Package input is a line of text that is being typed, with the editing keys of shells.
package input

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// Model is a line that is being typed. docs/decisions/0006-screen-components.md says why it doesn't use the text input of bubbles.
type Model struct {
	runes  []rune
	cursor int
}

// New returns a line with a text and the cursor at its end.
func New(s string) Model {
	r := []rune(s)
	return Model{r, len(r)}
}

// String returns the text.
func (in *Model) String() string { return string(in.runes) }

// BeforeCursor returns the text before the cursor.
func (in *Model) BeforeCursor() string { return string(in.runes[:in.cursor]) }

// IsEmpty reports whether nothing is typed.
func (in *Model) IsEmpty() bool { return len(in.runes) == 0 }

// ByteAt returns the byte offset of the cursor.
func (in *Model) ByteAt() int { return len(in.BeforeCursor()) }

// Replace replaces the text between two byte offsets and moves the cursor behind the new text.
func (in *Model) Replace(from, to int, with string) {
	s := in.String()
	rest := s[to:]
	*in = New(s[:from] + with)
	in.runes = append(in.runes, []rune(rest)...)
}

// Paste inserts a text as one line, without control characters.
func (in *Model) Paste(s string) {
	for _, r := range s {
		if r == '\n' || r == '\t' || r == '\r' {
			r = ' '
		}
		if !unicode.IsControl(r) {
			in.insert(r)
		}
	}
}

func (in *Model) insert(r rune) {
	in.runes = append(in.runes[:in.cursor], append([]rune{r}, in.runes[in.cursor:]...)...)
	in.cursor++
}

// Key handles a key as shells do, and reports whether the text has changed.
func (in *Model) Key(k tea.KeyPressMsg) (changed bool) {
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
		in.Paste(k.Text)
	}
	return len(in.runes) != before
}

func (in *Model) cut(from, to int) {
	in.runes = append(in.runes[:from:from], in.runes[to:]...)
	in.cursor = from
}

func (in *Model) wordLeft() int {
	at := in.cursor
	for at > 0 && in.runes[at-1] == ' ' {
		at--
	}
	for at > 0 && in.runes[at-1] != ' ' {
		at--
	}
	return at
}

func (in *Model) wordRight() int {
	at := in.cursor
	for at < len(in.runes) && in.runes[at] == ' ' {
		at++
	}
	for at < len(in.runes) && in.runes[at] != ' ' {
		at++
	}
	return at
}
