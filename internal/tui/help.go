package tui

import (
	"charm.land/bubbles/v2/key"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// helpColumn is how wide the keys of the help are.
const helpColumn = 12

// helpLines are all keys that do something, in two columns where there is room, from the key map.
func helpLines(k keyMap, w, h, top int, st display.Style) (lines []line, most int) {
	var all []line
	for i, g := range k.groups() {
		if i > 0 {
			all = append(all, nil)
		}
		all = append(all, styled(" "+g.name, display.Bold))
		for _, b := range g.keys {
			if b.Enabled() {
				all = append(all, helpLine(b, st))
			}
		}
	}
	if w >= wideFrom && len(all) > h {
		all = sideBySide(all, w/2, st)
	}
	most = max(len(all)-h, 0)
	top = min(top, most)
	return all[top:min(top+h, len(all))], most
}

func helpLine(b key.Binding, st display.Style) line {
	return text("   ").add(display.PadRight(say(b.Help().Key, st), helpColumn), display.Bold).add(b.Help().Desc, display.Plain)
}

// sideBySide puts the second half of the lines beside the first.
func sideBySide(all []line, w int, st display.Style) []line {
	half := (len(all) + 1) / 2
	for half < len(all) && all[half-1] != nil { // a group stays together
		half++
	}
	out := make([]line, max(half, len(all)-half))
	for i := range out {
		if i < half {
			out[i] = all[i]
		}
		if i+half < len(all) {
			out[i] = append(out[i].fit(w, st), all[i+half]...)
		}
	}
	return out
}

// hintKey is a key of the footer: first ones stay longest.
type hintKey struct {
	keys, word string
	late       bool // dropped before the others
}

// footerKeys are the keys that make sense now.
func (m *Model) footerKeys() []hintKey {
	switch m.mode {
	case modeFilter:
		return []hintKey{{"enter", "keep", false}, {"tab", "complete", false}, {"esc", "back", false}}
	case modeChooser:
		return []hintKey{{"↑↓←→", "move", false}, {"space", "choose", false}, {"enter", "done", false}, {"esc", "back", false}}
	case modePalette:
		return []hintKey{{"↑↓", "move", false}, {"enter", "send", false}, {"esc", "back", false}}
	case modeHelp:
		return []hintKey{{"↑↓", "move", false}, {"esc", "back", false}}
	case modeAsk:
		return []hintKey{{"y", "yes", false}, {"n", "no", false}}
	case modeDetail:
		return m.enabled([]hintKey{
			{"↑↓", "move", false}, {"enter", "fold", false}, {"esc", "list", false}, {"tab", "next", false}, {"v", "form", true}, {"w", "wrap", false},
			{"r", "replay", true}, {"e", "edit", true}, {"Y", "copy", true}, {"s", "save", true},
		})
	default:
		return m.enabled([]hintKey{
			{"↑↓", "move", false}, {"enter", "detail", false}, {"tab", "next", true}, {"/", "filter", false}, {"space", "mark", true},
			{"r", "replay", false}, {"e", "edit", false}, {"t", "trigger", false}, {"d", "diff", true}, {"y", "copy", true},
		})
	}
}

// enabled leaves out what has no key now.
func (m *Model) enabled(all []hintKey) []hintKey {
	off := map[string]bool{
		"r": !m.keys.replay.Enabled(), "e": !m.keys.edit.Enabled(), "t": !m.keys.trigger.Enabled(),
		"d": !m.keys.diff.Enabled(), "s": !m.keys.save.Enabled(),
	}
	var out []hintKey
	for _, h := range all {
		if !off[h.keys] {
			out = append(out, h)
		}
	}
	return out
}

// footer is the last line: keys are dropped from the right where the room ends, help and quit stay.
func (m *Model) footer(w int) line {
	st := m.o.Style
	stay := []hintKey{{"?", "help", false}, {"q", "quit", false}}
	if m.mode != modeList && m.mode != modeDetail {
		stay = nil
	}
	keys := m.footerKeys()
	for _, late := range []bool{true, false} {
		for i := len(keys) - 1; i >= 0 && hints(append(keys[:len(keys):len(keys)], stay...), st).width() >= w; i-- {
			if keys[i].late == late {
				keys = append(keys[:i:i], keys[i+1:]...)
			}
		}
	}
	return hints(append(keys, stay...), st).fit(w, st)
}

func hints(keys []hintKey, st display.Style) line {
	var l line
	for i, k := range keys {
		gap := " "
		if i > 0 {
			gap = "  "
		}
		l = l.add(gap, display.Plain).add(say(k.keys, st), display.Bold).add(" "+k.word, display.Dim)
	}
	return l
}
