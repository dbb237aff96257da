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
	JSON  bool // write errors as objects
}

// jsonError is an error that a command ends with.
type jsonError struct {
	kind
	ExitCode int      `json:"exit_code,omitempty"` // absent if the command continues
	Message  string   `json:"message"`
	Detail   []string `json:"detail,omitempty"`
	Hint     string   `json:"hint,omitempty"`
}

// Failure prints the error that a command ends with.
func (e Stderr) Failure(f *Failure) {
	if !e.JSON {
		e.Error(f.What, f.Detail, f.Hints)
		return
	}
	e.put(jsonError{of("error"), f.Code, f.What, f.Detail, f.Advice()})
}

// put writes an object. Encoding these types cannot fail, and nothing can be done about a closed stderr.
func (e Stderr) put(v any) { _ = newEncoder(e.W).Encode(v) }

// Error prints what failed after "error:" and what to do after "hint:", with further lines aligned below.
func (e Stderr) Error(what string, detail, hint []string) {
	if e.JSON {
		e.put(jsonError{kind: of("error"), Message: what, Detail: detail, Hint: strings.Join(hint, " ")})
		return
	}
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
