package tui

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// helpLines renders the key map, in two columns if they fit, scrolled to top. It also returns the largest possible top.
func helpLines(k keyMap, w, h, top int, st display.Style) (lines []line, maxTop int) {
	short := k.groups()
	all := helpColumn(short, st)
	for _, groups := range [][]keyGroup{longTexts(short), short} {
		left, right := helpColumn(groups[:firstColumn], st), helpColumn(groups[firstColumn:], st)
		if middle := max(widest(left)+1, w/2); middle+widest(right) <= w {
			all = sideBySide(left, right, middle, st)
			break
		}
	}
	maxTop = max(len(all)-h, 0)
	top = min(top, maxTop)
	return all[top:min(top+h, len(all))], maxTop
}

// longTexts returns the groups with the long descriptions of their keys.
func longTexts(groups []keyGroup) []keyGroup {
	all := make([]keyGroup, len(groups))
	for i, g := range groups {
		all[i].name = g.name
		for _, k := range g.keys {
			k.short = k.long
			all[i].keys = append(all[i].keys, k)
		}
	}
	return all
}

// helpColumn renders groups of keys, one below another.
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
			if k.enabled {
				lines = append(lines, text("   ").add(display.PadRight(symbols(k.keys, st), keys+2), display.Bold).add(k.short, display.Plain))
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

// sideBySide joins two columns. The right one begins at cell at.
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

// hintKey is a key in the footer. If space is short, the last keys are dropped first.
type hintKey struct {
	keys, word string
	dropFirst  bool // dropped before all others
}

// footerKeys returns the keys that are useful now.
func (m *Model) footerKeys() []hintKey {
	switch m.mode {
	case modeFilter:
		keys := []hintKey{{"enter", "keep", false}, {"esc", "cancel", false}}
		switch n := len(m.filter.completion.Candidates); {
		case n > 1:
			return append(keys, hintKey{"tab", "complete", false}, hintKey{"↑↓", "select", false})
		case n > 0:
			return append(keys, hintKey{"tab", "complete", false})
		}
		return keys
	case modeChooser:
		return []hintKey{{"↑↓←→", "move", false}, {"space", "select", false}, {"enter", "keep", false}, {"esc", "cancel", false}}
	case modePalette:
		if len(m.palette.matches) == 0 {
			return []hintKey{{"esc", "cancel", false}}
		}
		return []hintKey{{"↑↓", "move", false}, {"enter", "send", false}, {"esc", "cancel", false}}
	case modeHelp:
		keys := []hintKey{{"esc", "back", false}}
		if m.helpMaxTop > 0 {
			keys = append([]hintKey{{"↑↓", "move", false}}, keys...)
		}
		return keys
	case modeConfirm:
		return []hintKey{{"y", "yes", false}, {"n", "no", false}}
	case modeDetail:
		return m.enabled(m.detailKeys())
	default:
		return m.enabled(m.listKeys())
	}
}

// detailKeys returns the footer keys of modeDetail.
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
		keys = append(keys, hintKey{"v", "format", true})
	}
	return append(keys,
		hintKey{"w", "wrap", true}, hintKey{"r", "replay", false}, hintKey{"e", "edit", false}, hintKey{"Y", "copy", true}, hintKey{"s", "save", true})
}

// listKeys returns the footer keys of modeList.
func (m *Model) listKeys() []hintKey {
	var keys []hintKey
	add := func(useful bool, all ...hintKey) {
		if useful {
			keys = append(keys, all...)
		}
	}
	_, any := m.current()
	marks := len(m.list.marks)
	add(any, hintKey{"↑↓", "move", false}, hintKey{"enter", "detail", false}, hintKey{"tab", "next", true})
	add(m.paused != store.Cursor{}, hintKey{"p", "resume", false})
	add(m.totals.All > 0 || m.filter.active != "", hintKey{"/", "filter", false})
	switch {
	case m.batch != nil:
		add(true, hintKey{"esc", "stop", false})
	case marks > 0:
		add(true, hintKey{"esc", "unmark", true})
	case m.filter.active != "":
		add(true, hintKey{"esc", "clear filter", any})
	}
	add(any, hintKey{"space", "mark", true})
	add(any && marks == 0, hintKey{"r", "replay", false})
	add(marks > 0, hintKey{"R", "replay " + display.Count(marks), false})
	add(any, hintKey{"e", "edit", false})
	add(true, hintKey{"t", "trigger", false})
	add(any, hintKey{"d", "diff", true}, hintKey{"y", "copy", true})
	return keys
}

// enabled removes the keys that are disabled.
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

// footer renders the last line. If space is short, keys are dropped from the right; help and quit always stay.
func (m *Model) footer(w int) line {
	st := m.o.Style
	fixed := []hintKey{{"?", "help", false}, {"q", "quit", false}}
	if m.mode != modeList && m.mode != modeDetail {
		fixed = nil
	}
	keys := m.footerKeys()
	for _, dropFirst := range []bool{true, false} {
		for i := len(keys) - 1; i >= 0 && hints(append(keys[:len(keys):len(keys)], fixed...), st).width() >= w; i-- {
			if keys[i].dropFirst == dropFirst {
				keys = append(keys[:i:i], keys[i+1:]...)
			}
		}
	}
	return hints(append(keys, fixed...), st).fit(w, st)
}

func hints(keys []hintKey, st display.Style) line {
	var l line
	for i, k := range keys {
		gap := " "
		if i > 0 {
			gap = "  "
		}
		l = l.add(gap, display.Plain).add(symbols(k.keys, st), display.Bold).add(" "+k.word, display.Dim)
	}
	return l
}
