package list

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// elapsedFrom is the age at which a pending row begins to show its age.
const elapsedFrom = 500 * time.Millisecond

// RowView holds the settings for rendering a row.
type RowView struct {
	Style         display.Style
	Now           time.Time
	Filter        filter.Filter // its matches are highlighted
	Cells         int
	marked        bool
	cursor        bool
	notJSON       bool
	Brackets      bool // join the rows of a job
	DetailFocused bool // the keys move in the detail, so the row under the cursor is not highlighted
}

// rowOf renders a delivery as a row of the list: the row that all commands print, indented by one cell.
func rowOf(s webhook.Summary, v RowView) draw.Line {
	first := " "
	switch {
	case v.cursor:
		first = draw.Symbols("▌", v.Style)
	case v.marked:
		first = "+"
	}
	l := append(draw.Text(first), draw.From(v.row(s)).Highlight(v.Filter)...)
	if !v.cursor {
		return l.Fit(v.Cells, v.Style)
	}
	rest := l[1:].Fit(v.Cells-1, v.Style)
	if v.DetailFocused { // only the first cell shows the cursor
		return append(l[:1:1], rest...)
	}
	if v.marked {
		l[0].Text = "+"
	}
	return append(l[:1:1], rest.Reverse()...)
}

// bracket returns what joins the rows of a job that follow each other, before what they are about.
func bracket(rows []store.Row, i int, st display.Style) string {
	about := rows[i].About
	before := about != "" && i > 0 && rows[i-1].About == about
	after := about != "" && i+1 < len(rows) && rows[i+1].About == about
	switch {
	case before && after:
		return draw.Symbols("│ ", st)
	case after:
		return draw.Symbols("┌ ", st)
	case before:
		return draw.Symbols("└ ", st)
	default:
		return "  "
	}
}

func (v RowView) row(s webhook.Summary) display.Line {
	if s.Event == "" { // a body that is not a payload
		s.Event = "no event"
		if strings.TrimSpace(s.About) == "" {
			s.About += display.Bytes(s.BodyBytes)
			if v.notJSON {
				s.About += ", not JSON"
			}
		}
	}
	elapsed := time.Duration(0)
	if age := v.Now.Sub(s.ReceivedAt); age >= elapsedFrom {
		elapsed = age
	}
	switch pending := s.Status == webhook.StatusPending && s.ResolvedBy == ""; {
	case pending:
		return display.WaitingRow(s, elapsed, v.Style)
	default:
		return display.Row(s, v.Style)
	}
}

// Lines renders the visible rows, without column heads. The last lines are empty if there are fewer rows.
func (l *Model) Lines(v RowView) []draw.Line {
	h := l.height
	lines := make([]draw.Line, 0, h)
	visible := l.Visible(h)
	for i, r := range visible {
		if v.Brackets {
			r.About = bracket(visible, i, v.Style) + r.About
		}
		v.cursor, v.marked, v.notJSON = l.Top+i == l.Cursor, l.Marks.Has(r.ID), l.notJSON[r.ID]
		lines = append(lines, rowOf(r.Summary, v))
	}
	for len(lines) < h {
		lines = append(lines, draw.Line(nil).Fit(v.Cells, v.Style))
	}
	return lines
}

// Head renders the column heads of the wide layout.
func Head(v RowView) draw.Line {
	return append(draw.Text(" "), draw.From(display.Head(v.Style))...).Fit(v.Cells, v.Style)
}
