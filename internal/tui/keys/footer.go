package keys

import (
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// Hint is a key in the footer. If space is short, the last keys are dropped first.
type Hint struct {
	Keys, Word string
	DropFirst  bool // dropped before all others
}

// Enabled removes the hints of disabled keys.
func (k *Map) Enabled(all []Hint) []Hint {
	off := map[string]bool{
		"r": !k.Replay.Enabled(), "R": !k.ReplayAll.Enabled(), "e": !k.Edit.Enabled(), "t": !k.Trigger.Enabled(),
		"d": !k.Diff.Enabled(), "s": !k.Save.Enabled(),
	}
	var out []Hint
	for _, h := range all {
		if !off[h.Keys] {
			out = append(out, h)
		}
	}
	return out
}

// Footer renders the last line. If space is short, keys are dropped from the right; the fixed ones always stay.
func Footer(keys, fixed []Hint, w int, st display.Style) draw.Line {
	return hints(visible(keys, fixed, w, st), st).Fit(w, st)
}

// FooterKey returns the key of the hint at a cell of the footer; empty if there is none.
func FooterKey(keys, fixed []Hint, w, x int, st display.Style) string {
	all := visible(keys, fixed, w, st)
	for i, h := range all {
		if end := hints(all[:i+1], st).Width(); x < end {
			if x < end-display.Width(h.Keys+" "+h.Word) {
				return "" // the gap before it
			}
			return h.Keys
		}
	}
	return ""
}

// visible returns the hints that fit.
func visible(keys, fixed []Hint, w int, st display.Style) []Hint {
	for _, dropFirst := range []bool{true, false} {
		for i := len(keys) - 1; i >= 0 && hints(append(keys[:len(keys):len(keys)], fixed...), st).Width() >= w; i-- {
			if keys[i].DropFirst == dropFirst {
				keys = append(keys[:i:i], keys[i+1:]...)
			}
		}
	}
	return append(keys[:len(keys):len(keys)], fixed...)
}

// Press returns the key press of a key in the footer or the help. It returns false if the text names several keys.
func Press(name string) (tea.KeyPressMsg, bool) {
	switch name {
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}, true
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}, true
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}, true
	case "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, true
	}
	if r, n := utf8.DecodeRuneInString(name); n > 0 && n == len(name) && r < utf8.RuneSelf {
		return tea.KeyPressMsg{Code: r, Text: name}, true
	}
	return tea.KeyPressMsg{}, false
}

func hints(keys []Hint, st display.Style) draw.Line {
	var l draw.Line
	for i, k := range keys {
		gap := " "
		if i > 0 {
			gap = "  "
		}
		l = l.Add(gap, display.Plain).Add(draw.Symbols(k.Keys, st), display.Bold).Add(" "+k.Word, display.Dim)
	}
	return l
}
