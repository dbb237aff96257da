package output

import (
	"io"
	"strings"

	"github.com/fatih/color"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// stream writes lines to stdout or stderr, with or without color. After its first error it writes nothing more.
type stream struct {
	w     io.Writer
	paint map[display.Role]*color.Color // nil: no color
	style display.Style
	err   error
	buf   strings.Builder

	holding bool    // a batch is being buffered
	held    []byte  // the buffered output
	before  *stream // flushed before each line of this stream, to keep lines in order across streams
}

//nolint:revive // color is a property of the stream
func newStream(w io.Writer, inColor bool, st display.Style) *stream {
	s := &stream{w: w, style: st}
	if inColor {
		s.paint = palette()
	}
	return s
}

// palette maps each role to one of the 16 basic colors, which fit every theme. It uses faint instead of bright black,
// which is invisible in some themes.
func palette() map[display.Role]*color.Color {
	p := map[display.Role]*color.Color{
		display.Dim:     color.New(color.Faint),
		display.Bold:    color.New(color.Bold),
		display.Good:    color.New(color.FgGreen),
		display.Caution: color.New(color.FgYellow),
		display.Bad:     color.New(color.FgRed),
		display.Alarm:   color.New(color.FgRed, color.Bold),
		display.JSONKey: color.New(color.Faint),
	}
	for _, c := range p {
		c.EnableColor() // the caller has decided about color, based on flag, environment and terminal
	}
	return p
}

// line writes one line, indented by the given number of cells. It cleans the text of every span, because outside text
// in a sentence (file names, arguments, responses) must not control the terminal.
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

// text writes a plain line.
func (s *stream) text(indent int, text string) {
	s.line(indent, display.Line{{Text: text}})
}

// tabbed writes cells separated by tabs.
func (s *stream) tabbed(cells ...string) {
	for i := range cells {
		cells[i] = s.style.Clean(s.style.Symbols(cells[i]))
	}
	s.write(strings.Join(cells, "\t") + "\n")
}

// command writes a line that ends with a command in bold.
func (s *stream) command(indent int, say, command string) {
	s.line(indent, display.Line{{Text: say}, {Text: command, Role: display.Bold}})
}

func (s *stream) blank() { s.write("\n") }

func (s *stream) write(text string) { _, _ = s.Write([]byte(text)) }

// Write writes p, or buffers it during a batch. It never fails: it keeps the first error and writes nothing after it.
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

// batch buffers what f writes and writes it at once.
func (s *stream) batch(f func()) {
	s.holding = true
	f()
	s.holding = false
	s.flush()
}

// flush writes the buffered output.
func (s *stream) flush() {
	if len(s.held) > 0 && s.err == nil {
		_, s.err = s.w.Write(s.held)
	}
	s.held = s.held[:0]
}
