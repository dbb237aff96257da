package output

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// ProgressAfter is the time after which an operation shows its progress.
const ProgressAfter = 500 * time.Millisecond

// Progress is a line on a terminal that shows progress and overwrites itself.
type Progress struct {
	w     io.Writer
	style display.Style
	shown int // width of the line on the terminal
}

// NewProgress returns a Progress for a terminal. It prints nothing until Draw or Print is called.
func NewProgress(w io.Writer, st display.Style) *Progress { return &Progress{w: w, style: st} }

const barCells = 20

// Draw shows a bar, the counts, and further text.
func (p *Progress) Draw(done, of int, more string) {
	share := 0.0
	if of > 0 {
		share = float64(done) / float64(of)
	}
	bar := display.PadRight(display.Bar(share, barCells, p.style), barCells)
	line := fmt.Sprintf("%s  %s of %s", bar, display.Count(done), display.Count(of))
	if more != "" {
		line += "   " + more
	}
	p.Print(line)
}

// Print shows a line of text.
func (p *Progress) Print(line string) {
	if p.style.Width > 0 {
		line = p.style.Cut(line, p.style.Width-1)
	}
	p.over(line)
}

// Clear removes the line.
func (p *Progress) Clear() {
	if p.shown > 0 {
		p.over("")
		_, _ = io.WriteString(p.w, "\r")
	}
}

// over overwrites the line on the terminal. It uses spaces instead of an escape sequence, which works on every
// console.
func (p *Progress) over(line string) {
	line = display.Clean(line)
	width := display.Width(line)
	_, _ = io.WriteString(p.w, "\r"+line+strings.Repeat(" ", max(0, p.shown-width)))
	p.shown = width
}
