package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Hint is what the program adds to what happened: sentences, a cause and a mend where they are known, and one command.
type Hint struct {
	Cause    Cause             // what it is about
	Target   string            // the handler concerned; empty where it is none
	Lines    []string          // sentences, one or two to an entry
	Reason   string            // stands behind the label cause
	Fix      string            // stands behind the label mend
	Findings []webhook.Finding // in the place of both, where a signature was diagnosed
	Lead     string            // stands before the command, with its colon
	Command  string            // to be copied and run
}

// Key tells hints apart: a hint is said once a session for one key.
func (h Hint) Key() string {
	key := string(h.Cause)
	for _, f := range h.Findings {
		key += " " + f.Code
	}
	return strings.TrimSpace(key + " " + h.Target)
}

// String is the whole hint on one line, for where it stands alone.
func (h Hint) String() string {
	parts := append([]string(nil), h.Lines...)
	said := []string{h.Reason, h.Fix}
	for _, f := range h.Findings {
		said = append(said, f.Cause, fixOf(f))
	}
	for _, s := range append(said, h.Lead, h.Command) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// Indented is the hint as it stands under a row: sentences wrapped to the width, labels dim, the command bold at the end of its
// line and never broken.
func (h Hint) Indented(st Style) []Line {
	return Indent(h.Render(st.Narrowed(DetailIndent)), DetailIndent)
}

// Render is the hint as it stands where nothing is above it that it belongs under.
func (h Hint) Render(in Style) []Line {
	var lines []Line
	for _, s := range h.Lines {
		hang := 0
		if strings.HasPrefix(s, in.bullet()) {
			hang = Width(in.bullet())
		}
		lines = append(lines, in.wrap(Line{{s, Plain}}, hang)...)
	}
	for _, f := range append([]webhook.Finding{{Cause: h.Reason, Fix: h.Fix}}, h.Findings...) {
		lines = append(lines, Labeled("cause", f.Cause, labelCells, in)...)
		lines = append(lines, Labeled("mend", fixOf(f), labelCells, in)...)
	}
	return append(lines, in.command(h)...)
}

// fixOf is the mend of a finding, unless the finding is a guess: under a row that would be noise.
func fixOf(f webhook.Finding) string {
	if f.Certainty == webhook.Possible {
		return ""
	}
	return f.Fix
}

// Labeled is a label and what it is for, which begins so many cells in, and goes on there where it is broken. A command stays whole, so
// that it can be copied. What is empty has no line; what is outside text in it, as a header's name, is made harmless.
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

// labelCells is the length of the label cause and the gap behind it.
const labelCells = 7

// bullet begins each of several causes.
func (st Style) bullet() string { return st.Symbols("· ") }

// command puts the lead and the command on one line, or where that is too long on two.
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

// wrap breaks a line between words, further lines so many cells in. A word that no line holds is cut.
func (st Style) wrap(l Line, hang int) []Line {
	cells, bounded := st.room()
	if !bounded || l.Width() <= cells {
		return []Line{l}
	}
	last := len(l) - 1 // only the last span, the sentence, is broken
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
