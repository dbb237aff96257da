package tui

import "github.com/vidiking/vidiking-cli/internal/display"

// tabs returns the visible tabs.
func (m *Model) tabs() []tab {
	all := []tab{tabPayload, tabHeaders, tabAttempts, tabSignature}
	if m.o.Tools.Curl != nil {
		all = append(all, tabCurl)
	}
	if m.detail.tab == tabDiff {
		all = append(all, tabDiff)
	}
	return all
}

func (t tab) name() string {
	switch t {
	case tabHeaders:
		return "Headers"
	case tabAttempts:
		return "Attempts"
	case tabSignature:
		return "Signature"
	case tabCurl:
		return "Curl"
	case tabDiff:
		return "Diff"
	default:
		return "Payload"
	}
}

// tabLine renders the names of the tabs, with the open one in brackets, and a space at the end.
func (m *Model) tabLine() line {
	var l line
	for _, t := range m.tabs() {
		if t == m.detail.tab {
			l = l.add(" ["+t.name()+"]", display.Plain)
			continue
		}
		l = l.add(" "+t.name()+" ", display.Dim)
	}
	if all := m.tabs(); all[len(all)-1] == m.detail.tab {
		l = l.add(" ", display.Dim)
	}
	return l
}

// tabAt returns the tab at a cell of the tab line.
func (m *Model) tabAt(x int) (tab, bool) {
	at := 0
	for _, t := range m.tabs() {
		w := len(" [" + t.name() + "]")
		if t != m.detail.tab {
			w-- // one space on each side
		}
		if x >= at && x < at+w {
			return t, true
		}
		at += w
	}
	return 0, false
}

// detailLines renders the visible lines of the detail.
func (m *Model) detailLines(l layout) []line {
	st := m.o.Style
	d := &m.detail
	lines := make([]line, 0, l.detail.h)
	for i := d.top; i < len(d.lines) && len(lines) < l.detail.h; i++ {
		row := d.lines[i].line.highlight(m.filter.parsed)
		if m.mode == modeDetail && i == d.cursor {
			row = append(text(symbols("▌", st)), withoutFirstCell(row).fit(l.detail.w-1, st).reverse()...)
		}
		lines = append(lines, row.fit(l.detail.w, st))
	}
	for len(lines) < l.detail.h {
		lines = append(lines, text(spaces(l.detail.w)))
	}
	return lines
}

// withoutFirstCell returns a line without its first cell, which is a space.
func withoutFirstCell(l line) line {
	if len(l) == 0 || l[0].text == "" {
		return l
	}
	first := l[0]
	first.text = first.text[1:]
	return append(line{first}, l[1:]...)
}
