package output

import (
	"io"
	"strings"

	"github.com/fatih/color"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// stream writes lines to one of the two streams, in colour or not. After its first error it writes nothing more.
type stream struct {
	w     io.Writer
	paint map[display.Role]*color.Color // nil: no colour
	style display.Style
	err   error
	buf   strings.Builder

	holding bool    // a batch is being collected
	held    []byte  // what it has so far
	before  *stream // what is written before a line of this one, so that lines keep their order across streams
}

//nolint:revive // whether there is colour is a fact about the stream
func newStream(w io.Writer, inColor bool, st display.Style) *stream {
	s := &stream{w: w, style: st}
	if inColor {
		s.paint = palette()
	}
	return s
}

// palette gives each role its colour: the 16 basic ones only, so that every theme fits, and faint instead of bright black, which
// vanishes on some.
func palette() map[display.Role]*color.Color {
	p := map[display.Role]*color.Color{
		display.Dim:     color.New(color.Faint),
		display.Bold:    color.New(color.Bold),
		display.Good:    color.New(color.FgGreen),
		display.Caution: color.New(color.FgYellow),
		display.Bad:     color.New(color.FgRed),
		display.Alarm:   color.New(color.FgRed, color.Bold),
	}
	for _, c := range p {
		c.EnableColor() // whether there is colour was decided before, by flag, environment and terminal
	}
	return p
}

// line writes one line, indented by that many cells. It cleans the text of every span, so that text from outside (names of files,
// arguments, answers) reaches no terminal as anything but text, wherever it was put into a sentence.
func (s *stream) line(indent int, l display.Line) {
	s.buf.Reset()
	if len(l) > 0 {
		s.buf.WriteString(strings.Repeat(" ", indent))
	}
	for _, span := range l {
		text := s.style.Clean(s.style.Symbols(span.Text))
		if c := s.paint[span.Role]; c != nil {
			text = c.Sprint(text)
		}
		s.buf.WriteString(text)
	}
	s.buf.WriteByte('\n')
	s.write(s.buf.String())
}

// print writes a plain line.
func (s *stream) print(indent int, text string) {
	s.line(indent, display.Line{{Text: text}})
}

// tabbed writes a line of cells with tabs between.
func (s *stream) tabbed(cells ...string) {
	for i := range cells {
		cells[i] = s.style.Clean(s.style.Symbols(cells[i]))
	}
	s.write(strings.Join(cells, "\t") + "\n")
}

// command writes a line whose last words are a command to run, which stands out and ends the line.
func (s *stream) command(indent int, say, command string) {
	s.line(indent, display.Line{{Text: say}, {Text: command, Role: display.Bold}})
}

func (s *stream) blank() { s.write("\n") }

func (s *stream) write(text string) { _, _ = s.Write([]byte(text)) }

// Write writes, or keeps for the end of the batch. It never fails: the first error is kept, and nothing is written after it.
func (s *stream) Write(p []byte) (int, error) {
	if s.before != nil {
		s.before.flush()
	}
	if s.holding {
		s.held = append(s.held, p...)
		return len(p), nil
	}
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	return len(p), nil
}

// batch collects what f writes and writes it at once.
func (s *stream) batch(f func()) {
	s.holding = true
	f()
	s.holding = false
	s.flush()
}

// flush writes what a batch has collected so far.
func (s *stream) flush() {
	if len(s.held) > 0 && s.err == nil {
		_, s.err = s.w.Write(s.held)
	}
	s.held = s.held[:0]
}
