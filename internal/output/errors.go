package output

import (
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// Stderr prints errors and warnings when there is no Printer.
type Stderr struct {
	W     io.Writer
	Color bool
	Style display.Style
}

// Error prints what failed after "error:" and what to do after "hint:", with further lines aligned below.
func (e Stderr) Error(what string, detail, hint []string) {
	newStream(e.W, e.Color, e.Style).labelled("error:", display.Alarm, what, detail, hint)
}

// Print prints a line.
func (e Stderr) Print(text string) { newStream(e.W, e.Color, e.Style).text(0, text) }

// Warning prints a warning in the layout of an error.
func (e Stderr) Warning(what string, hint []string) {
	newStream(e.W, e.Color, e.Style).labelled("warning:", display.Caution, what, nil, hint)
}

// Warning prints a warning in the layout of an error.
func (p *textPrinter) Warning(_, what string, hint []string) {
	p.err.labelled("warning:", display.Caution, what, nil, hint)
}

// Warning writes a warning as an object.
func (p *jsonPrinter) Warning(code, what string, hint []string) {
	p.put(jsonWarning{kind: of("warning"), Code: code, Message: what, Hint: strings.Join(hint, " ")})
}

// labelled writes a label and its text, then details and hints, aligned.
func (s *stream) labelled(label string, role display.Role, what string, detail, hint []string) {
	s.line(0, display.Line{{Text: label, Role: role}, {Text: " " + what}})
	aligned := len(label) + 1
	for _, l := range detail {
		s.text(aligned+2, l)
	}
	for i, l := range hint {
		if i > 0 {
			s.text(aligned, l)
			continue
		}
		s.line(0, display.Line{{Text: display.PadRight("hint:", aligned), Role: display.Bold}, {Text: l}})
	}
}
