package tui

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// elapsedFrom is the age at which a pending row begins to show its age.
const elapsedFrom = 500 * time.Millisecond

// rowView holds the settings for rendering a row.
type rowView struct {
	style         display.Style
	pane          bool // row of the list beside the detail
	now           time.Time
	filter        filter.Filter // its matches are highlighted
	cells         int
	marked        bool
	cursor        bool
	detailFocused bool // the keys move in the detail, so the row under the cursor is not highlighted
}

// rowOf renders a delivery as a row of the list: the row that all commands print, indented by one cell.
func rowOf(s webhook.Summary, v rowView) line {
	first := " "
	switch {
	case v.cursor:
		first = symbols("▌", v.style)
	case v.marked:
		first = "+"
	}
	l := append(text(first), fromDisplay(v.row(s)).highlight(v.filter)...)
	if !v.cursor {
		return l.fit(v.cells, v.style)
	}
	rest := l[1:].fit(v.cells-1, v.style)
	if v.detailFocused { // only the first cell shows the cursor
		return append(l[:1:1], rest...)
	}
	if v.marked {
		l[0].text = "+"
	}
	return append(l[:1:1], rest.reverse()...)
}

func (v rowView) row(s webhook.Summary) display.Line {
	elapsed := time.Duration(0)
	if age := v.now.Sub(s.ReceivedAt); age >= elapsedFrom {
		elapsed = age
	}
	switch pending := s.Status == webhook.StatusPending && s.ResolvedBy == ""; {
	case pending && v.pane:
		return display.PaneWaitingRow(s, elapsed, v.style)
	case pending:
		return display.WaitingRow(s, elapsed, v.style)
	case v.pane:
		return display.PaneRow(s, v.style)
	default:
		return display.Row(s, v.style)
	}
}

// listLines renders the visible rows, or the reason why there are none.
func (m *Model) listLines(l layout) []line {
	v := rowView{style: m.rowStyle(l), pane: l.pane, now: m.now, filter: m.filter.parsed, cells: l.list.w, detailFocused: m.mode == modeDetail}
	var lines []line
	if l.columnHeads {
		lines = append(lines, append(text(" "), fromDisplay(display.PaneHead(v.style))...).fit(l.list.w, v.style))
	}
	for i, r := range m.list.visible(l.list.h) {
		v.cursor, v.marked = m.list.top+i == m.list.cursor, m.list.marks[r.ID]
		lines = append(lines, rowOf(r.Summary, v))
	}
	if len(m.list.rows) == 0 {
		lines = append(lines, line{}, append(text(" "), m.emptyMessage()...))
	}
	for len(lines) < l.list.h+l.columnHeadLines() {
		lines = append(lines, nil)
	}
	for i, row := range lines {
		lines[i] = row.fit(l.list.w, v.style)
	}
	return lines
}

// emptyMessage returns the reason why there are no rows.
func (m *Model) emptyMessage() line {
	switch {
	case !m.loaded:
		return nil
	case m.filter.active != "" && m.totals.All > 0:
		return styled("No matches in "+display.Deliveries(m.totals.All)+".", display.Dim)
	case m.o.Actions != nil:
		return styled("No deliveries yet. Send one: t", display.Dim)
	default:
		return styled("No deliveries yet.", display.Dim)
	}
}

// rowStyle returns the style of rows. Rows beside the detail leave one cell for the cursor and one at the end.
func (m *Model) rowStyle(l layout) display.Style {
	st := m.o.Style
	st.Timeout = m.state.Timeout
	st.Width = l.list.w
	if l.pane {
		st.Width = l.list.w - 2
	}
	return st
}

// ruleLeft renders the left part of the upper rule: the filter.
func (m *Model) ruleLeft() line {
	st := m.o.Style
	if m.mode == modeFilter {
		l, _ := m.filter.editLine(m.filterRoom(), st)
		return l
	}
	if m.filter.active == "" {
		return nil
	}
	return text(" / " + st.Clean(m.filter.active) + " ")
}

// filterRoom returns the width available for the filter in the upper rule.
func (m *Model) filterRoom() int {
	w := m.width
	if l := m.layout(); l.wide {
		w = l.list.w
	}
	return w - 2 - m.ruleRight().width()
}

// ruleRight renders the right part of the upper rule: the date if it is not today, the number of marks, and the counts.
func (m *Model) ruleRight() line {
	st := m.o.Style
	var l line
	join := func(s string) {
		if len(l) > 0 {
			l = l.add(st.Symbols("─"), display.Dim)
		}
		l = l.add(" "+s+" ", display.Plain)
	}
	if row, ok := m.list.current(); ok {
		if day, differs := display.DateLine(m.now, row.ReceivedAt, st); differs {
			join(day.String())
		}
	}
	if n := len(m.list.marks); n > 0 {
		join(display.Count(n) + " marked")
	}
	switch {
	case !m.totalsLoaded:
	case m.filter.active == "":
		all := display.Count(m.totals.All)
		if n := m.totals.OtherProjects; n > 0 {
			all += ", " + display.Count(n) + " of other projects"
		}
		join(all)
	case !m.matchesCounted: // counting takes a while in a large log
		join(st.Symbols("…") + " of " + display.Count(m.totals.All))
	default:
		join(display.Count(m.totals.Matching) + " of " + display.Count(m.totals.All))
	}
	return l
}

// indicators renders "paused" and the number of new deliveries that the user has not seen.
func (m *Model) indicators() line {
	st := m.o.Style
	var l line
	if m.paused != (store.Cursor{}) {
		l = l.add(" paused ", display.Caution)
	}
	if n := m.list.unseen; n > 0 {
		if len(l) > 0 {
			l = l.add(st.Symbols("─"), display.Dim)
		}
		more := ""
		if n >= view.MaxUnseen {
			more = "+"
		}
		l = l.add(" "+symbols("↓", st)+" "+display.Count(n)+more+" new ", display.Bold)
	}
	return l
}
