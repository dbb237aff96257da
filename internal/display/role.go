package display

import "strings"

// Role says what a piece of text means. Whoever draws it decides on the colour; the text must do without.
type Role int

// The roles.
const (
	Plain   Role = iota // the terminal's own colour
	Dim                 // faint: time, id, labels, column heads, JSON keys, closing lines
	Bold                // commands to run, section names, Ready
	Good                // green: delivered, up
	Caution             // yellow: refused, not up, slow
	Bad                 // red: unreachable, timed out, rejected
	Alarm               // bold red: the word error
)

// Span is a piece of a line, all of one role.
type Span struct {
	Text string
	Role Role
}

// Line is one line of text, without the line's end.
type Line []Span

// String returns the line's text alone.
func (l Line) String() string {
	if len(l) == 1 {
		return l[0].Text
	}
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Width returns how many cells the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += Width(s.Text)
	}
	return n
}

// Indent moves lines n cells in. An empty line stays empty.
func Indent(lines []Line, n int) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		if len(l) == 0 {
			continue
		}
		out[i] = Line(nil).add(spaces(n), Plain).join(l)
	}
	return out
}

// add appends text, to the last span where that has the same role.
func (l Line) add(text string, r Role) Line {
	if text == "" {
		return l
	}
	if last := len(l) - 1; last >= 0 && l[last].Role == r {
		l[last].Text += text
		return l
	}
	return append(l, Span{text, r})
}

func (l Line) join(more Line) Line {
	for _, s := range more {
		l = l.add(s.Text, s.Role)
	}
	return l
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }
