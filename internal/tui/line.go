package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// attr is a set of text attributes in addition to the role.
type attr uint8

const (
	reversed attr = 1 << iota // the row under the cursor
	matched                   // a match of the filter
)

// span is a part of a line with one role and one set of attributes.
type span struct {
	text string
	role display.Role
	attr attr
}

// line is one line of the screen.
type line []span

// All lines are created with the following functions, which sanitize the text.
func text(s string) line                   { return styled(s, display.Plain) }
func styled(s string, r display.Role) line { return line{{text: display.Clean(s), role: r}} }
func (l line) add(s string, r display.Role) line {
	if s == "" {
		return l
	}
	return append(l, span{text: display.Clean(s), role: r})
}

// fromDisplay converts a line of package display.
func fromDisplay(d display.Line) line {
	l := make(line, 0, len(d)+2)
	for _, s := range d {
		l = append(l, span{text: display.Clean(s.Text), role: s.Role})
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

// fit pads or cuts a line to exactly the given width.
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
			p.text = st.Cut(p.text+" ", left) // the added space forces a cut: the next spans don't fit
			return append(out, p).pad(cells)
		}
		out = append(out, p)
		left -= n
	}
	return out
}

// dropCells removes the first cells of a line. Half of a wide character becomes a space.
func (l line) dropCells(cells int) line {
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

// reverse returns the line in reverse video, like the row under the cursor.
func (l line) reverse() line {
	l = slices.Clone(l)
	for i := range l {
		l[i].attr |= reversed
	}
	return l
}

// spread aligns one line left and another right. If they don't fit, the left one is cut.
func spread(left, right line, cells int, st display.Style) line {
	room := cells - right.width()
	if room <= 1 {
		return right.fit(cells, st)
	}
	return append(left.fit(room-1, st).add(" ", display.Plain), right...)
}

// rule renders a horizontal rule with a text at its left and at its right.
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

// highlight marks the matches of a filter.
func (l line) highlight(f filter.Filter) line {
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
	return l.markBytes(marks)
}

// markBytes marks bytes of a line as matched. It splits spans as necessary.
func (l line) markBytes(marks []bool) line {
	var out line
	at := 0
	for _, p := range l {
		start := 0
		for i := 1; i <= len(p.text); i++ {
			if i < len(p.text) && marks[at+i] == marks[at+start] {
				continue
			}
			part := span{p.text[start:i], p.role, p.attr}
			if marks[at+start] {
				part.attr |= matched
			}
			out = append(out, part)
			start = i
		}
		at += len(p.text)
	}
	return out
}
