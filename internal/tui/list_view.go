package tui

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// waitingAfter is when a row without an answer begins to say how long that takes.
const waitingAfter = 500 * time.Millisecond

// rowView is what a row depends on beside its delivery.
type rowView struct {
	style  display.Style
	pane   bool // it stands beside the detail
	now    time.Time
	found  filter.Filter // what it found is set off
	cells  int
	marked bool
	cursor bool
	aside  bool // the keys are about the detail, so the cursor's row is not set off
}

// rowOf is a delivery as one line of the list: the row of every other command, one cell further in.
func rowOf(s webhook.Summary, v rowView) line {
	first := " "
	switch {
	case v.cursor:
		first = say("▌", v.style)
	case v.marked:
		first = "+"
	}
	l := append(text(first), from(v.row(s)).highlight(v.found)...)
	if !v.cursor {
		return l.fit(v.cells, v.style)
	}
	rest := l[1:].fit(v.cells-1, v.style)
	if v.aside { // the cell is all that shows where the cursor is
		return append(l[:1:1], rest...)
	}
	if v.marked {
		l[0].text = "+"
	}
	return append(l[:1:1], rest.reverse()...)
}

func (v rowView) row(s webhook.Summary) display.Line {
	elapsed := time.Duration(0)
	if waited := v.now.Sub(s.ReceivedAt); waited >= waitingAfter {
		elapsed = waited
	}
	switch waits := s.Status == webhook.StatusPending && s.ResolvedBy == ""; {
	case waits && v.pane:
		return display.PaneWaitingRow(s, elapsed, v.style)
	case waits:
		return display.WaitingRow(s, elapsed, v.style)
	case v.pane:
		return display.PaneRow(s, v.style)
	default:
		return display.Row(s, v.style)
	}
}

// listLines are the rows on the screen, and below them nothing, or why there is nothing.
func (m *Model) listLines(l layout) []line {
	v := rowView{style: m.rowStyle(l), pane: l.pane, now: m.now, found: m.filter.shown, cells: l.list.w, aside: m.mode == modeDetail}
	var lines []line
	if l.head {
		lines = append(lines, append(text(" "), from(display.PaneHead(v.style))...).fit(l.list.w, v.style))
	}
	for i, r := range m.list.shown(l.list.h) {
		v.cursor, v.marked = m.list.top+i == m.list.cursor, m.list.marks[r.ID]
		lines = append(lines, rowOf(r.Summary, v))
	}
	if len(m.list.rows) == 0 {
		lines = append(lines, line{}, append(text(" "), m.nothing()...))
	}
	for len(lines) < l.list.h+l.headLines() {
		lines = append(lines, nil)
	}
	for i, row := range lines {
		lines[i] = row.fit(l.list.w, v.style)
	}
	return lines
}

// nothing says why there is no row.
func (m *Model) nothing() line {
	switch {
	case !m.loaded:
		return nil
	case m.filter.active != "" && m.totals.All > 0:
		return styled("None of the "+display.Count(m.totals.All)+" deliveries match.", display.Dim)
	case m.o.Actions != nil:
		return styled("No deliveries yet. Send one: t", display.Dim)
	default:
		return styled("No deliveries yet.", display.Dim)
	}
}

// rowStyle is the style of rows: in the narrow layout one cell is the cursor's, beside the detail the last one stays free, too.
func (m *Model) rowStyle(l layout) display.Style {
	st := m.o.Style
	st.Timeout = m.state.Timeout
	st.Width = l.list.w
	if l.pane {
		st.Width = l.list.w - 2
	}
	return st
}

// ruleLeft is the beginning of the upper rule: the filter.
func (m *Model) ruleLeft() line {
	st := m.o.Style
	if m.mode == modeFilter {
		l, _ := m.filter.editing(m.filterRoom(), st)
		return l
	}
	if m.filter.active == "" {
		return nil
	}
	return text(" / " + st.Clean(m.filter.active) + " ")
}

// filterRoom is how many cells the filter has of the upper rule, which keeps one at each end.
func (m *Model) filterRoom() int {
	w := m.width
	if l := m.layout(); l.wide {
		w = l.list.w
	}
	return w - 2 - m.ruleRight().width()
}

// ruleRight is the end of the upper rule: the day, if it is another, what is marked, and how many there are.
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
	case !m.counted:
	case m.filter.active == "":
		all := display.Count(m.totals.All)
		if n := m.totals.OtherProjects; n > 0 {
			all += ", " + display.Count(n) + " of other projects"
		}
		join(all)
	case !m.matched: // a search through everything takes its time in a long log
		join(st.Symbols("…") + " of " + display.Count(m.totals.All))
	default:
		join(display.Count(m.totals.Matching) + " of " + display.Count(m.totals.All))
	}
	return l
}

// chip says what came below while the cursor is elsewhere, and that the view is held still.
func (m *Model) chip() line {
	st := m.o.Style
	var l line
	if m.paused != (store.Cursor{}) {
		l = l.add(" paused ", display.Caution)
	}
	if n := m.list.newer; n > 0 {
		if len(l) > 0 {
			l = l.add(st.Symbols("─"), display.Dim)
		}
		more := ""
		if n >= view.MaxUnseen {
			more = "+"
		}
		l = l.add(" "+say("↓", st)+" "+display.Count(n)+more+" new ", display.Bold)
	}
	return l
}
