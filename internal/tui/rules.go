package tui

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// rules renders the texts in the horizontal rules.
type rules struct{ *Model }

// The width of the sparkline, in periods, and the dashes after it.
const (
	sparkCells     = 15
	sparkWideCells = 20
	sparkGap       = 2
	sparkFrom      = 80 // width from which there is one
)

// left renders the left part of the upper rule: the filter.
func (m rules) left() draw.Line {
	st := m.o.Style
	if m.mode == modeFilter {
		l, _ := m.filter.EditLine(m.room(), st)
		return l
	}
	if m.mode == modeHelp && (m.overlay.help.Typing || m.overlay.help.Search() != "") {
		return draw.Text(" / " + st.Clean(m.overlay.help.Search()) + " ")
	}
	if m.filter.Active == "" {
		return m.counts()
	}
	return draw.Text(" / " + st.Clean(m.filter.Active) + " ")
}

// counts renders the number of deliveries, and how many of them failed.
func (m rules) counts() draw.Line {
	t := m.header.Totals
	if !m.header.Counted {
		return nil
	}
	if m.frame.width >= widestFrom {
		return m.views()
	}
	l := draw.Text(" Deliveries ").Add(display.Count(t.All), display.Plain)
	switch {
	case m.view == listJobs:
		return draw.Text(" Jobs ").Add(display.Count(m.jobs.Count)+" ", display.Plain)
	case m.view == listFailed:
		return draw.Text(" Failed ").Add(display.Count(t.Failed)+" ", display.Plain)
	case t.Failed > 0:
		l = l.Add(m.o.Style.Symbols(" · "), display.Dim).Add(display.Count(t.Failed)+" undelivered", display.Caution)
	}
	if t.OtherProjects > 0 {
		l = l.Add(m.o.Style.Symbols(" · ")+display.Count(t.OtherProjects)+" of other projects", display.Dim)
	}
	return l.Add(" ", display.Plain)
}

// views renders what the list can show, with counts.
func (m rules) views() draw.Line {
	t := m.header.Totals
	var l draw.Line
	for v, name := range []string{"Deliveries", "Jobs", "Failed"} {
		count := " " + display.Count([]int{t.All, m.jobs.Count, t.Failed}[v])
		if listed(v) == listJobs && !m.jobs.Loaded {
			count = ""
		}
		role := display.Dim
		if listed(v) == m.view {
			name, role = "["+name, display.Plain
			count += "]"
		}
		l = l.Add(" "+display.Count(v+1), display.Bold).Add(" "+name+count+" ", role)
	}
	return l
}

// room returns the width available for the filter in the upper rule.
func (m rules) room() int {
	w := m.frame.width
	if l := m.layout(); l.wide {
		w = l.list.w
	}
	return w - 2 - m.right().Width()
}

// right renders the right part of the upper rule: the date if it is not today, the number of marks, and the counts.
func (m rules) right() draw.Line {
	st := m.o.Style
	var l draw.Line
	join := func(s string) {
		if len(l) > 0 {
			l = l.Add(st.Symbols("─"), display.Dim)
		}
		l = l.Add(" "+s+" ", display.Plain)
	}
	if row, ok := m.list.Current(); ok {
		if day, differs := display.DateLine(m.o.Now(), row.ReceivedAt, st); differs {
			join(day.String())
		}
	}
	if n := m.list.Marks.Len(); n > 0 {
		join(display.Count(n) + " marked")
	}
	switch {
	case !m.header.Counted:
	case m.filter.Active == "" && m.mode == modeFilter:
		join(display.Count(m.header.Totals.All))
	case m.filter.Active == "": // on the left
	case m.header.CountedFor != m.filter.Active: // counting takes a while in a large log
		join(st.Symbols("…") + " of " + display.Count(m.header.Totals.All))
	default:
		join(display.Count(m.header.Totals.Matching) + " of " + display.Count(m.header.Totals.All))
	}
	if m.frame.width >= sparkFrom && !m.frame.size().HasStrip() && m.mode != modeFilter {
		cells := sparkCells
		if m.layout().wide {
			cells = sparkWideCells
		}
		if spark := m.header.Spark(cells, st); len(spark) > 0 {
			l = append(append(spark, draw.Styled(strings.Repeat(st.Symbols("─"), sparkGap), display.Dim)...), l...)
		}
	}
	return l
}

// indicators renders "paused" and the number of new deliveries that the user has not seen.
func (m rules) indicators() draw.Line {
	st := m.o.Style
	var l draw.Line
	if m.list.Paused {
		l = l.Add(" paused ", display.Caution)
	}
	if n := m.list.Unseen; n > 0 {
		if len(l) > 0 {
			l = l.Add(st.Symbols("─"), display.Dim)
		}
		more := ""
		if n >= view.MaxUnseen {
			more = "+"
		}
		l = l.Add(" "+draw.Symbols("↓", st)+" "+display.Count(n)+more+" new ", display.Bold)
	}
	return l
}

// tabs renders the left part of the detail's rule: the tabs, or the search that is being typed.
func (m rules) tabs() draw.Line {
	if m.detail.Search.Typing {
		l, _ := m.detail.Search.Line(m.o.Style)
		return l
	}
	if m.layout().single {
		return m.detail.Tabs.Short()
	}
	return m.detail.Tabs.Line(m.tabCells())
}

// tabCells returns the width available for the tabs.
func (m rules) tabCells() int {
	if l := m.layout(); l.wide {
		return l.detail.w - 2
	}
	return m.frame.width - idCells - 2
}

// idCells is the width of an id in a rule with the spaces around it.
const idCells = 12

// subject renders what the detail shows: the path of the member under its cursor, or the id of the delivery.
func (m rules) subject(room int) draw.Line {
	if path := m.path(room); len(path) > 0 {
		return path
	}
	s, ok := m.detail.Shown()
	if !ok {
		return nil
	}
	return draw.Styled(" "+display.ShortID(s.ID, m.o.Style)+" ", display.Dim)
}

// path renders the path of the payload's member under the detail's cursor.
func (m rules) path(room int) draw.Line {
	room -= m.tabs().Width() + 4 // a dash at each end, and a space around the path
	path := m.detail.Path()
	if path == "" || m.mode != modeDetail || m.detail.Search.Typing || room < minPath {
		return nil
	}
	return draw.Styled(" "+m.o.Style.CutMiddle(path, room)+" ", display.Dim)
}

// minPath is the minimum width of a path.
const minPath = 8
