package tui

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// helpLines are all keys that do something, in two columns where there is room, from the key map, and how many lines there are below.
func helpLines(k keyMap, w, h, top int, st display.Style) (lines []line, most int) {
	short := k.groups()
	all := helpColumn(short, st)
	for _, groups := range [][]keyGroup{whole(short), short} {
		left, right := helpColumn(groups[:firstColumn], st), helpColumn(groups[firstColumn:], st)
		if middle := max(widest(left)+1, w/2); middle+widest(right) <= w {
			all = sideBySide(left, right, middle, st)
			break
		}
	}
	most = max(len(all)-h, 0)
	top = min(top, most)
	return all[top:min(top+h, len(all))], most
}

// whole is the groups with all there is to say of a key.
func whole(groups []keyGroup) []keyGroup {
	all := make([]keyGroup, len(groups))
	for i, g := range groups {
		all[i].name = g.name
		for _, k := range g.keys {
			k.what = k.whole
			all[i].keys = append(all[i].keys, k)
		}
	}
	return all
}

// helpColumn is groups of keys, one below the other.
func helpColumn(groups []keyGroup, st display.Style) (lines []line) {
	keys := 0
	for _, g := range groups {
		for _, k := range g.keys {
			keys = max(keys, display.Width(k.keys))
		}
	}
	for i, g := range groups {
		if i > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, styled(" "+g.name, display.Bold))
		for _, k := range g.keys {
			if k.works {
				lines = append(lines, text("   ").add(display.PadRight(say(k.keys, st), keys+2), display.Bold).add(k.what, display.Plain))
			}
		}
	}
	return lines
}

func widest(lines []line) (w int) {
	for _, l := range lines {
		w = max(w, l.width())
	}
	return w
}

// sideBySide puts lines beside lines, the second ones so many cells in.
func sideBySide(left, right []line, at int, st display.Style) []line {
	out := make([]line, max(len(left), len(right)))
	for i := range out {
		if i < len(left) {
			out[i] = left[i]
		}
		if i < len(right) {
			out[i] = append(out[i].fit(at, st), right[i]...)
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
		keys := []hintKey{{"enter", "keep", false}, {"esc", "back", false}}
		switch n := len(m.filter.offer.Candidates); {
		case n > 1:
			return append(keys, hintKey{"tab", "complete", false}, hintKey{"↑↓", "another", false})
		case n > 0:
			return append(keys, hintKey{"tab", "complete", false})
		}
		return keys
	case modeChooser:
		return []hintKey{{"↑↓←→", "move", false}, {"space", "choose", false}, {"enter", "done", false}, {"esc", "back", false}}
	case modePalette:
		if len(m.palette.found) == 0 {
			return []hintKey{{"esc", "back", false}}
		}
		return []hintKey{{"↑↓", "move", false}, {"enter", "send", false}, {"esc", "back", false}}
	case modeHelp:
		keys := []hintKey{{"esc", "back", false}}
		if m.helpMost > 0 {
			keys = append([]hintKey{{"↑↓", "move", false}}, keys...)
		}
		return keys
	case modeAsk:
		return []hintKey{{"y", "yes", false}, {"n", "no", false}}
	case modeDetail:
		return m.enabled(m.detailKeys())
	default:
		return m.enabled(m.listKeys())
	}
}

// detailKeys are the keys of the footer while the detail is read.
func (m *Model) detailKeys() []hintKey {
	keys := []hintKey{{"↑↓", "move", false}}
	if d := &m.detail; d.cursor < len(d.lines) && d.lines[d.cursor].fold != "" {
		word := "fold"
		if d.lines[d.cursor].folded {
			word = "unfold"
		}
		keys = append(keys, hintKey{"enter", word, false})
	}
	keys = append(keys, hintKey{"esc", "list", false}, hintKey{"tab", "next", false})
	if m.detail.tab == tabPayload {
		keys = append(keys, hintKey{"v", "form", true})
	}
	return append(keys,
		hintKey{"w", "wrap", true}, hintKey{"r", "replay", false}, hintKey{"e", "edit", false}, hintKey{"Y", "copy", true}, hintKey{"s", "save", true})
}

// listKeys are the keys of the footer while the list has them.
func (m *Model) listKeys() []hintKey {
	var keys []hintKey
	add := func(makesSense bool, all ...hintKey) {
		if makesSense {
			keys = append(keys, all...)
		}
	}
	_, any := m.current()
	marks := len(m.list.marks)
	add(any, hintKey{"↑↓", "move", false}, hintKey{"enter", "detail", false}, hintKey{"tab", "next", true})
	add(m.paused != store.Cursor{}, hintKey{"p", "go on", false})
	add(m.totals.All > 0 || m.filter.active != "", hintKey{"/", "filter", false})
	switch {
	case m.batch != nil:
		add(true, hintKey{"esc", "stop", false})
	case marks > 0:
		add(true, hintKey{"esc", "unmark", true})
	case m.filter.active != "":
		add(true, hintKey{"esc", "unfilter", any})
	}
	add(any, hintKey{"space", "mark", true})
	add(any && marks == 0, hintKey{"r", "replay", false})
	add(marks > 0, hintKey{"R", "replay " + display.Count(marks), false})
	add(any, hintKey{"e", "edit", false})
	add(true, hintKey{"t", "trigger", false})
	add(any, hintKey{"d", "diff", true}, hintKey{"y", "copy", true})
	return keys
}

// enabled leaves out what has no key now.
func (m *Model) enabled(all []hintKey) []hintKey {
	off := map[string]bool{
		"r": !m.keys.replay.Enabled(), "R": !m.keys.replayAll.Enabled(), "e": !m.keys.edit.Enabled(), "t": !m.keys.trigger.Enabled(),
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
