package output

import (
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// Stderr says what goes wrong where there is no Printer to say it.
type Stderr struct {
	W     io.Writer
	Color bool
	Style display.Style
}

// Error says what failed and what to do: "error:" and "hint:", and whatever follows aligned with them.
func (e Stderr) Error(what string, detail, hint []string) {
	newStream(e.W, e.Color, e.Style).labelled("error:", display.Alarm, what, detail, hint)
}

// Print writes a line.
func (e Stderr) Print(text string) { newStream(e.W, e.Color, e.Style).print(0, text) }

// Warning says what is odd and what to do about it, in the shape of an error.
func (e Stderr) Warning(what string, hint []string) {
	newStream(e.W, e.Color, e.Style).labelled("warning:", display.Caution, what, nil, hint)
}

// Warning says what is odd, and what to do about it, in the shape of an error.
func (p *textPrinter) Warning(_, what string, hint []string) {
	p.err.labelled("warning:", display.Caution, what, nil, hint)
}

// Warning says what is odd as an object.
func (p *jsonPrinter) Warning(code, what string, hint []string) {
	p.put(jsonWarning{kind: of("warning"), Code: code, Message: what, Hint: strings.Join(hint, " ")})
}

// labelled writes a label and what it is about, then details and hints, aligned.
func (s *stream) labelled(label string, role display.Role, what string, detail, hint []string) {
	s.line(0, display.Line{{Text: label, Role: role}, {Text: " " + what}})
	aligned := len(label) + 1
	for _, l := range detail {
		s.print(aligned+2, l)
	}
	for i, l := range hint {
		if i > 0 {
			s.print(aligned, l)
			continue
		}
		s.line(0, display.Line{{Text: display.PadRight("hint:", aligned), Role: display.Bold}, {Text: l}})
	}
}
