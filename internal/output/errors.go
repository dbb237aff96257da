package output

import (
	"io"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// Error says what failed and what to do, to stderr: "error:" and "hint:", and whatever follows aligned with them.
func Error(w io.Writer, inColor bool, what string, detail, hint []string) {
	s := newStream(w, inColor)
	s.line(0, display.Line{{Text: "error:", Role: display.Alarm}, {Text: " " + what}})
	const aligned = 7
	for _, l := range detail {
		s.say(aligned+2, l)
	}
	for i, l := range hint {
		if i == 0 {
			s.line(0, display.Line{{Text: "hint:", Role: display.Bold}, {Text: "  " + l}})
			continue
		}
		s.say(aligned, l)
	}
}
