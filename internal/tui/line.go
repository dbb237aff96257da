package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// look is how a piece is set off from its surroundings, beside its role.
type look uint8

const (
	reversed look = 1 << iota // the row under the cursor
	matched                   // what a free word of the filter found
)

// piece is a piece of a line, all of one role and look.
type piece struct {
	text string
	role display.Role
	look look
}

// line is one line of the screen.
type line []piece

// Every line is made by these, which clean its text.
func text(s string) line                   { return styled(s, display.Plain) }
func styled(s string, r display.Role) line { return line{{text: display.Clean(s), role: r}} }
func (l line) add(s string, r display.Role) line {
	if s == "" {
		return l
	}
	return append(l, piece{text: display.Clean(s), role: r})
}

// from takes over a line of package display.
func from(d display.Line) line {
	l := make(line, 0, len(d)+2)
	for _, s := range d {
		l = append(l, piece{text: display.Clean(s.Text), role: s.Role})
	}
	return l
}

func (l line) width() int {
	n := 0
	for _, p := range l {
		n += display.Width(p.text)
	}
	return n
}

func (l line) String() string {
	var b strings.Builder
	for _, p := range l {
		b.WriteString(p.text)
	}
	return b.String()
}

// fit makes a line exactly so many cells wide: filled up with spaces, or cut at its end.
func (l line) fit(cells int, st display.Style) line {
	w := l.width()
	if w <= cells {
		return l.add(spaces(cells-w), display.Plain)
	}
	var out line
	left := cells
	for i, p := range l {
		n := display.Width(p.text)
		if n > left || n == left && l[i+1:].width() > 0 {
			p.text = st.Cut(p.text+" ", left) // something is missing, even where this piece alone would fit
			return append(out, p).pad(cells)
		}
		out = append(out, p)
		left -= n
	}
	return out
}

// behind is a line without its first cells; half a wide character that is left becomes a space.
func (l line) behind(cells int) line {
	var out line
	for _, p := range l {
		for cells > 0 && p.text != "" {
			_, n := utf8.DecodeRuneInString(p.text)
			cells -= display.Width(p.text[:n])
			p.text = p.text[n:]
		}
		if cells < 0 {
			out, cells = out.add(spaces(-cells), p.role), 0
		}
		if p.text != "" {
			out = append(out, p)
		}
	}
	return out
}

func (l line) pad(cells int) line { return l.add(spaces(cells-l.width()), display.Plain) }

// reverse is the whole line set off, as the row under the cursor is.
func (l line) reverse() line {
	l = slices.Clone(l)
	for i := range l {
		l[i].look |= reversed
	}
	return l
}

// spread puts one line at the left and one at the right of so many cells. Where there is no room for both, the left one is cut.
func spread(left, right line, cells int, st display.Style) line {
	room := cells - right.width()
	if room <= 1 {
		return right.fit(cells, st)
	}
	return append(left.fit(room-1, st).add(" ", display.Plain), right...)
}

// rule is a line across with something at its left and at its right.
func rule(left, right line, cells int, st display.Style) line {
	dash := st.Symbols("─")
	l := append(styled(dash, display.Dim), left...)
	end := append(right, styled(dash, display.Dim)...)
	fill := cells - l.width() - end.width()
	if fill < 0 {
		l = l.fit(max(cells-end.width(), 0), st)
		fill = 0
	}
	return append(l.add(strings.Repeat(dash, fill), display.Dim), end...)
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// highlight sets off what a filter has found: its free words, and the texts that it looks for in one place.
func (l line) highlight(f filter.Filter) line {
	if f.IsZero() || len(l) == 0 {
		return l
	}
	whole := l.String()
	spans := f.Spans(whole, filter.About, filter.Target, filter.Header, filter.Body, filter.Response, filter.Failure)
	if len(spans) == 0 {
		return l
	}
	marks := make([]bool, len(whole))
	for _, s := range spans {
		for i := s.From; i < s.To; i++ {
			marks[i] = true
		}
	}
	return l.marked(marks)
}

// marked splits the pieces of a line where marks begin and end.
func (l line) marked(marks []bool) line {
	var out line
	at := 0
	for _, p := range l {
		start := 0
		for i := 1; i <= len(p.text); i++ {
			if i < len(p.text) && marks[at+i] == marks[at+start] {
				continue
			}
			part := piece{p.text[start:i], p.role, p.look}
			if marks[at+start] {
				part.look |= matched
			}
			out = append(out, part)
			start = i
		}
		at += len(p.text)
	}
	return out
}
