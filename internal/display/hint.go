package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Cause identifies the reason for a hint. Package explain defines its values, which never change.
type Cause string

// Hint explains a result: sentences, a cause and a fix if they are known, and one command.
type Hint struct {
	Cause    Cause             // identifies the reason
	Target   string            // the handler; empty if the hint is not about one
	Lines    []string          // one or two sentences each
	Reason   string            // text after the label "cause"
	Fix      string            // text after the label "fix"
	Findings []webhook.Finding // results of a diagnosis, instead of Reason and Fix
	Finding  webhook.Finding   // the same for programs, if Findings is empty
	Lead     string            // text before the command, with its punctuation
	Command  string            // to copy and run
}

// Key identifies a hint. A hint is printed once per session and key.
func (h Hint) Key() string {
	key := string(h.Cause)
	for _, f := range h.Findings {
		key += " " + f.Code
	}
	return strings.TrimSpace(key + " " + h.Target)
}

// String returns the whole hint on one line.
func (h Hint) String() string {
	parts := append([]string(nil), h.Lines...)
	details := []string{h.Reason, h.Fix}
	for _, f := range h.Findings {
		details = append(details, f.Cause, fixOf(f))
	}
	for _, s := range append(details, h.Lead, h.Command) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// Indented returns the hint as printed under a row: sentences are wrapped, labels are dim, and the command is bold, at
// the end of a line and never wrapped.
func (h Hint) Indented(st Style) []Line {
	return Indent(h.Render(st.Narrowed(st.DetailIndent())), st.DetailIndent())
}

// Render returns the hint without indentation.
func (h Hint) Render(in Style) []Line {
	var lines []Line
	for _, s := range h.Lines {
		hang := 0
		if strings.HasPrefix(s, in.Bullet()) {
			hang = Width(in.Bullet())
		}
		lines = append(lines, in.wrap(Line{{s, Plain}}, hang)...)
	}
	for _, f := range append([]webhook.Finding{{Cause: h.Reason, Fix: h.Fix}}, h.Findings...) {
		lines = append(lines, Labeled("cause", f.Cause, labelCells, in)...)
		lines = append(lines, Labeled("fix", fixOf(f), labelCells, in)...)
	}
	return append(lines, in.command(h)...)
}

// fixOf returns the fix of a finding. It omits the fix of a finding that is only possible, which would be noise under a
// row.
func fixOf(f webhook.Finding) string {
	if f.Certainty == webhook.Possible {
		return ""
	}
	return f.Fix
}

// Labeled returns a label of the given width and its text, wrapped and aligned. A command is never wrapped, so that it
// can be copied. Empty text returns no lines. The text is cleaned, because it can contain outside text such as a
// header's name.
func Labeled(label, text string, cells int, st Style) []Line {
	if text == "" {
		return nil
	}
	head := Span{PadRight(label, cells), Dim}
	text = st.Clean(text)
	if strings.HasPrefix(text, "vidiking ") {
		return []Line{{head, {text, Bold}}}
	}
	return st.wrap(Line{head, {text, Plain}}, cells)
}

// labelCells is the width of the label "cause" and the gap after it.
const labelCells = 7

// Bullet starts each of several causes.
func (st Style) Bullet() string { return st.Symbols("· ") }

// command returns the lead and the command on one line, or on two if one is too long.
func (st Style) command(h Hint) []Line {
	if h.Command == "" {
		return nil
	}
	one := Line(nil).add(h.Lead, Plain).add(" ", Plain).add(h.Command, Bold)
	if h.Lead == "" {
		one = Line{{h.Command, Bold}}
	}
	if cells, bounded := st.room(); bounded && one.Width() > cells && h.Lead != "" {
		return []Line{{{h.Lead, Plain}}, {{h.Command, Bold}}}
	}
	return []Line{one}
}

// wrap breaks a line between words and indents further lines by hang cells. A word longer than a line is truncated.
func (st Style) wrap(l Line, hang int) []Line {
	cells, bounded := st.room()
	if !bounded || l.Width() <= cells {
		return []Line{l}
	}
	last := len(l) - 1 // only the last span is broken
	line := append(Line(nil), l[:last]...)
	taken, fresh := line.Width(), true
	var lines []Line
	for word := range strings.SplitSeq(l[last].Text, " ") {
		word = st.CutMiddle(word, max(cells-hang, 1))
		if !fresh && taken+1+Width(word) > cells {
			lines = append(lines, line)
			line, taken, fresh = Line{}.add(spaces(hang), Plain), hang, true
		}
		if !fresh {
			line = line.add(" ", Plain)
			taken++
		}
		line = line.add(word, l[last].Role)
		taken += Width(word)
		fresh = false
	}
	return append(lines, line)
}
