package tui

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// rules renders the texts in the horizontal rules.
type rules struct{ *Model }

// left renders the left part of the upper rule: the filter.
func (m rules) left() draw.Line {
	st := m.o.Style
	if m.mode == modeFilter {
		l, _ := m.filter.EditLine(m.room(), st)
		return l
	}
	if m.filter.Active == "" {
		return nil
	}
	return draw.Text(" / " + st.Clean(m.filter.Active) + " ")
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
	case m.filter.Active == "":
		all := display.Count(m.header.Totals.All)
		if n := m.header.Totals.OtherProjects; n > 0 {
			all += ", " + display.Count(n) + " of other projects"
		}
		join(all)
	case m.header.CountedFor != m.filter.Active: // counting takes a while in a large log
		join(st.Symbols("…") + " of " + display.Count(m.header.Totals.All))
	default:
		join(display.Count(m.header.Totals.Matching) + " of " + display.Count(m.header.Totals.All))
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
