package display

import "strings"

// Role is the meaning of a piece of text. Callers map it to a color, and the text must be clear without the color.
type Role int

// The roles.
const (
	Plain   Role = iota // the terminal's default color
	Dim                 // faint: time, id, labels, column heads, closing lines
	Bold                // commands to run, section names, Ready
	Good                // green: delivered, up
	Caution             // yellow: refused, not up, slow
	Bad                 // red: unreachable, timed out, rejected
	Alarm               // bold red: the word error

	JSONKey    // a name in a payload; faint in text, blue on the screen
	JSONString // plain in text, green on the screen
	JSONNumber // a number, true, false or null; plain in text, magenta on the screen
)

// Span is a part of a line with one role.
type Span struct {
	Text string
	Role Role
}

// Line is one line of text, without a line feed.
type Line []Span

// String returns the text of the line.
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

// Width returns the width of the line in cells.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += Width(s.Text)
	}
	return n
}

// Indent indents lines by n cells. Empty lines stay empty.
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

// add appends text, to the last span if it has the same role.
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
