// Package draw has the lines of the screen: text with roles and attributes, cut and padded to cells. Only its Painter writes escape codes.
package draw

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// Attr is a set of text attributes in addition to the role.
type Attr uint8

// The attributes.
const (
	Reversed Attr = 1 << iota // the row under the cursor
	Matched                   // a match of the filter
)

// Span is a part of a line with one role and one set of attributes.
type Span struct {
	Text string
	Role display.Role
	Attr Attr
}

// Line is one line of the screen.
type Line []Span

// Text returns a line with a plain text. It sanitizes the text, as do Styled, Add and From, which create all lines.
func Text(s string) Line { return Styled(s, display.Plain) }

// Styled returns a line with a text of one role.
func Styled(s string, r display.Role) Line { return Line{{Text: display.Clean(s), Role: r}} }

// Add appends a text.
func (l Line) Add(s string, r display.Role) Line {
	if s == "" {
		return l
	}
	return append(l, Span{Text: display.Clean(s), Role: r})
}

// From converts a line of package display.
func From(d display.Line) Line {
	l := make(Line, 0, len(d)+2)
	for _, s := range d {
		l = append(l, Span{Text: display.Clean(s.Text), Role: s.Role})
	}
	return l
}

// Width returns the number of cells.
func (l Line) Width() int {
	n := 0
	for _, p := range l {
		n += display.Width(p.Text)
	}
	return n
}

func (l Line) String() string {
	var b strings.Builder
	for _, p := range l {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Fit pads or cuts a line to exactly the given width.
func (l Line) Fit(cells int, st display.Style) Line {
	w := l.Width()
	if w <= cells {
		return l.Add(Spaces(cells-w), display.Plain)
	}
	var out Line
	left := cells
	for i, p := range l {
		n := display.Width(p.Text)
		if n > left || n == left && l[i+1:].Width() > 0 {
			p.Text = st.Cut(p.Text+" ", left) // the added space forces a cut: the next spans don't fit
			return append(out, p).Pad(cells)
		}
		out = append(out, p)
		left -= n
	}
	return out
}

// DropCells removes the first cells of a line. Half of a wide character becomes a space.
func (l Line) DropCells(cells int) Line {
	var out Line
	for _, p := range l {
		for cells > 0 && p.Text != "" {
			_, n := utf8.DecodeRuneInString(p.Text)
			cells -= display.Width(p.Text[:n])
			p.Text = p.Text[n:]
		}
		if cells < 0 {
			out, cells = out.Add(Spaces(-cells), p.Role), 0
		}
		if p.Text != "" {
			out = append(out, p)
		}
	}
	return out
}

// Pad appends spaces up to a width.
func (l Line) Pad(cells int) Line { return l.Add(Spaces(cells-l.Width()), display.Plain) }

// Reverse returns the line as the row under the cursor, without faint text, which is hard to read there.
func (l Line) Reverse() Line {
	l = slices.Clone(l)
	for i := range l {
		l[i].Attr |= Reversed
		if l[i].Role == display.Dim {
			l[i].Role = display.Plain
		}
	}
	return l
}

// Spread aligns one line left and another right. If they don't fit, the left one is cut.
func Spread(left, right Line, cells int, st display.Style) Line {
	room := cells - right.Width()
	if room <= 1 {
		return right.Fit(cells, st)
	}
	return append(left.Fit(room-1, st).Add(" ", display.Plain), right...)
}

// Rule renders a horizontal rule with a text at its left and at its right.
func Rule(left, right Line, cells int, st display.Style) Line {
	dash := st.Symbols("─")
	l := append(Styled(dash, display.Dim), left...)
	end := append(right, Styled(dash, display.Dim)...)
	fill := cells - l.Width() - end.Width()
	if fill < 0 {
		l = l.Fit(max(cells-end.Width(), 0), st)
		fill = 0
	}
	return append(l.Add(strings.Repeat(dash, fill), display.Dim), end...)
}

// Spaces returns n spaces.
func Spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// Highlight marks the matches of a filter.
func (l Line) Highlight(f filter.Filter) Line {
	if f.IsZero() || len(l) == 0 {
		return l
	}
	s := l.String()
	spans := f.Spans(s, filter.About, filter.Target, filter.Header, filter.Body, filter.Response, filter.Failure)
	if len(spans) == 0 {
		return l
	}
	marks := make([]bool, len(s))
	for _, match := range spans {
		for i := match.From; i < match.To; i++ {
			marks[i] = true
		}
	}
	return l.MarkBytes(marks)
}

// MarkBytes marks bytes of a line as matched. It splits spans as necessary.
func (l Line) MarkBytes(marks []bool) Line {
	var out Line
	at := 0
	for _, p := range l {
		start := 0
		for i := 1; i <= len(p.Text); i++ {
			if i < len(p.Text) && marks[at+i] == marks[at+start] {
				continue
			}
			part := Span{p.Text[start:i], p.Role, p.Attr}
			if marks[at+start] {
				part.Attr |= Matched
			}
			out = append(out, part)
			start = i
		}
		at += len(p.Text)
	}
	return out
}
