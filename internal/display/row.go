package display

import (
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Row returns the row of a delivery.
func Row(s webhook.Summary, st Style) Line {
	return st.row(s, st.took(s))
}

// WaitingRow returns the row of a delivery that has no response yet. If elapsed is not 0, it is shown in the column
// took.
func WaitingRow(s webhook.Summary, elapsed time.Duration, st Style) Line {
	s, took := st.waiting(s, elapsed)
	return st.row(s, took)
}

func (st Style) waiting(s webhook.Summary, elapsed time.Duration) (webhook.Summary, Line) {
	s.Status, s.ResolvedBy = webhook.StatusPending, ""
	if elapsed <= 0 {
		return s, nil
	}
	return s, Line{{Elapsed(elapsed), st.durationRole(elapsed)}}
}

// Head returns the column heads of Row for the same style.
func Head(st Style) Line { return st.layout().arrange(names()) }

func names() fields {
	dim := func(s string) Line { return Line{{s, Dim}} }
	return fields{
		time: dim("time"), event: dim("event"), about: dim("about"), target: dim("target"), status: dim("status"), took: dim("took"), id: dim("id"),
		origin: dim("origin"), size: dim("size"), attempts: dim("attempts"),
	}
}

// Title returns the heading of a single delivery: no time, and the full id at the right.
func Title(s webhook.Summary, st Style) Line {
	glyph, role := st.Glyph(s.Status)
	id := st.Clean(string(s.ID))
	cells, _ := st.room()
	left := cells - 2 - Width(StatusText(s)) - 2 - Width(id) - 2 // for event and about
	event := st.outside(s.Event, max(left-aboutCells-2, eventCells))
	about := st.outside(s.About, max(left-Width(event)-2, leastAbout))
	line := Line{{glyph, role}}
	line = titled(line, " ", event, Plain)
	line = titled(line, "  ", about, Plain)
	line = titled(line, "  ", StatusText(s), role)
	rest := max(cells-line.Width()-Width(id), 2)
	if st.Width == 0 {
		rest = 2
	}
	return line.add(spaces(rest), Plain).add(id, Dim)
}

func titled(line Line, gap, text string, r Role) Line {
	if text == "" {
		return line
	}
	return line.add(gap, Plain).add(text, r)
}

// StatusText formats a status as in a row: the code if it is 2xx, otherwise code and word, or only the word.
func StatusText(s webhook.Summary) string {
	delivered := s.Code >= 200 && s.Code <= 299
	code := strconv.Itoa(s.Code)
	switch {
	case s.Status == webhook.StatusDelivered && delivered:
		return code
	case s.Status == webhook.StatusRefused && !delivered && s.Code > 0: // with several targets, the code can be another target's
		return code + " refused"
	case s.Status == webhook.StatusPending:
		return "waiting"
	default:
		return strings.ReplaceAll(Clean(string(s.Status)), "_", " ")
	}
}

func (st Style) row(s webhook.Summary, took Line) Line {
	if st.Log {
		st.Width = 0
	}
	l := st.layout()
	return l.arrange(st.fields(s, took, l))
}

// fields returns the cells of a delivery's row, truncated to the layout.
func (st Style) fields(s webhook.Summary, took Line, l layout) fields {
	glyph, role := st.Glyph(s.Status)
	f := fields{
		time:   Line{{st.rowTime(s.ReceivedAt), Dim}},
		glyph:  Line{{glyph, role}},
		event:  st.cell(s.Event, l.event),
		about:  st.cell(s.About, l.about),
		target: st.cell(hostOf(s.Target), l.target),
		status: Line{{StatusText(s), role}},
		took:   took,
		id:     Line{{st.rowID(s.ID), Dim}},
		origin: st.cell(string(s.Origin), originCells),
		size:   Line{{Bytes(s.BodyBytes), Plain}},
	}
	if s.Repeated() {
		f.repeat = Line{{st.Symbols("↻"), Dim}}
	}
	if s.Attempts > 0 {
		f.attempts = Line{{Count(s.Attempts), Plain}}
	}
	return f
}

func (st Style) rowTime(t time.Time) string {
	if st.Log {
		return DateTime(t, st)
	}
	return Clock(t, st)
}

func (st Style) rowID(id webhook.ID) string {
	if st.Log {
		return st.Clean(string(id))
	}
	return ShortID(id, st)
}

// hostOf returns host and port of a target, which distinguish the handlers on one machine.
func hostOf(target string) string {
	_, host, _ := strings.Cut(target, "://")
	host, _, _ = strings.Cut(host, "/")
	return host
}

// cell returns outside text for a column, or nil if it is empty.
func (st Style) cell(s string, width int) Line {
	if s == "" || width == 0 {
		return nil
	}
	return Line{{st.outside(s, width), Plain}}
}

// took returns how long the handler took, or that a replay has resolved the failure. It returns nil if the handler sent
// no response.
func (st Style) took(s webhook.Summary) Line {
	if s.ResolvedBy != "" && s.Status.Failed() {
		return Line{{st.Symbols("↻"), Dim}, {" ", Plain}, {st.Symbols("✓"), Good}}
	}
	switch s.Status {
	case webhook.StatusDelivered, webhook.StatusRefused, webhook.StatusTimedOut:
	default:
		return nil
	}
	if s.Duration == 0 && s.Attempts == 0 {
		return nil
	}
	return Line{{Duration(s.Duration), st.durationRole(s.Duration)}}
}

// durationRole returns the role of a duration. More than half of the timeout is a warning that it may soon time out.
func (st Style) durationRole(d time.Duration) Role {
	if st.Timeout > 0 && d > st.Timeout/2 {
		return Caution
	}
	return Plain
}
