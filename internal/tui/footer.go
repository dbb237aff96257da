package tui

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
)

// footer is the last line: the keys that are useful now.
type footer struct{ *Model }

// keyHints returns the keys that are useful now.
func (m footer) keyHints() []keys.Hint {
	if m.message.Question != nil {
		return []keys.Hint{{Keys: "y", Word: "yes"}, {Keys: "n", Word: "no"}}
	}
	switch m.mode {
	case modeFilter:
		all := []keys.Hint{{Keys: "enter", Word: "keep"}, {Keys: "esc", Word: "cancel"}}
		switch n := m.filter.Completions(); {
		case n > 1:
			return append(all, keys.Hint{Keys: "tab", Word: "complete"}, keys.Hint{Keys: "ctrl+n", Word: "select"}, keys.Hint{Keys: "↑↓", Word: "earlier"})
		case n > 0:
			return append(all, keys.Hint{Keys: "tab", Word: "complete"})
		}
		return all
	case modeChooser:
		return []keys.Hint{{Keys: "↑↓←→", Word: "move"}, {Keys: "space", Word: "select"}, {Keys: "enter", Word: "keep"}, {Keys: "esc", Word: "cancel"}}
	case modePalette:
		if m.overlay.palette.IsEmpty() {
			return []keys.Hint{{Keys: "esc", Word: "cancel"}}
		}
		word := "send"
		if m.overlay.palette.Label == "command" {
			word = "run"
		}
		return []keys.Hint{{Keys: "↑↓", Word: "move"}, {Keys: "enter", Word: word}, {Keys: "esc", Word: "cancel"}}
	case modeHelp:
		all := []keys.Hint{{Keys: "esc", Word: "back"}, {Keys: "/", Word: "search"}}
		if m.overlay.help.Scrolls() {
			all = append([]keys.Hint{{Keys: "↑↓", Word: "move"}}, all...)
		}
		return all
	case modeDetail:
		if m.detail.Search.Typing {
			return []keys.Hint{{Keys: "enter", Word: "search"}, {Keys: "esc", Word: "cancel"}}
		}
		return m.keys.Enabled(m.detailKeys())
	default:
		return m.keys.Enabled(m.listKeys())
	}
}

// detailKeys returns the footer keys of modeDetail.
func (m footer) detailKeys() []keys.Hint {
	all := []keys.Hint{{Keys: "↑↓", Word: "move"}}
	if word := m.detail.FoldWord(); word != "" {
		all = append(all, keys.Hint{Keys: "enter", Word: word})
	}
	all = append(all, keys.Hint{Keys: "esc", Word: "list"}, keys.Hint{Keys: "/", Word: "search"}, keys.Hint{Keys: "tab", Word: "next"})
	if m.detail.Tabs.OnPayload() {
		all = append(all, keys.Hint{Keys: "v", Word: "format", DropFirst: true})
	}
	return append(all,
		keys.Hint{Keys: "w", Word: "wrap", DropFirst: true}, keys.Hint{Keys: "r", Word: "replay"}, keys.Hint{Keys: "e", Word: "edit"}, keys.Hint{Keys: "Y", Word: "copy", DropFirst: true}, keys.Hint{Keys: "s", Word: "save", DropFirst: true})
}

// listKeys returns the footer keys of modeList.
func (m footer) listKeys() []keys.Hint {
	var all []keys.Hint
	add := func(useful bool, more ...keys.Hint) {
		if useful {
			all = append(all, more...)
		}
	}
	_, any := m.current()
	marks := m.list.Marks.Len()
	add(marks == 0 && m.filter.Active != "" && m.actions.Batch == nil, keys.Hint{Keys: "esc", Word: "clear filter"})
	add(any, keys.Hint{Keys: "↑↓", Word: "move"}, keys.Hint{Keys: "enter", Word: "detail"}, keys.Hint{Keys: "tab", Word: "next", DropFirst: true})
	add(m.list.Paused, keys.Hint{Keys: "p", Word: "resume"})
	add(m.header.Totals.All > 0 || m.filter.Active != "", keys.Hint{Keys: "/", Word: "filter"})
	switch {
	case m.actions.Batch != nil:
		add(true, keys.Hint{Keys: "esc", Word: "stop"})
	case marks > 0:
		add(true, keys.Hint{Keys: "esc", Word: "unmark", DropFirst: true})
	}
	add(any, keys.Hint{Keys: "space", Word: "mark", DropFirst: true})
	add(any && marks == 0, keys.Hint{Keys: "r", Word: "replay"})
	add(marks > 0, keys.Hint{Keys: "R", Word: "replay " + display.Count(marks)})
	add(any, keys.Hint{Keys: "e", Word: "edit"})
	add(true, keys.Hint{Keys: "t", Word: "trigger"})
	add(any, keys.Hint{Keys: "d", Word: "diff", DropFirst: true}, keys.Hint{Keys: "y", Word: "copy", DropFirst: true})
	return all
}

// line renders the last line.
func (m footer) line() draw.Line {
	return keys.Footer(m.keyHints(), m.fixed(), m.frame.width, m.o.Style)
}

// fixed returns the keys that always stay.
func (m footer) fixed() []keys.Hint {
	if m.mode != modeList && m.mode != modeDetail || m.message.Question != nil {
		return nil
	}
	return []keys.Hint{{Keys: "?", Word: "help"}, {Keys: "q", Word: "quit"}}
}
