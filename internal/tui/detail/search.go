package detail

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/input"
)

// Search is the search inside a delivery.
type Search struct {
	Typing bool
	input  input.Model
	text   string // lower case; empty: no search

	pending bool // move to the first match once the unfolded lines are rendered
}

// Open begins to type a search.
func (s *Search) Open() { s.Typing, s.input = true, input.Model{} }

// Line renders the search in the rule, and returns the column of the text cursor.
func (s *Search) Line(st display.Style) (l draw.Line, cursor int) {
	const prompt = " / "
	return draw.Text(prompt).Add(st.Clean(s.input.String())+"  ", display.Plain), len(prompt) + display.Width(st.Clean(s.input.BeforeCursor()))
}

// Paste inserts a text.
func (s *Search) Paste(text string) { s.input.Paste(text) }

// SearchKey edits the search. Enter moves to the first match after the cursor.
func (d *Model) SearchKey(k tea.KeyPressMsg) tea.Cmd {
	s := &d.Search
	switch k.String() {
	case "enter":
		s.Typing, s.text = false, strings.ToLower(s.input.String())
		if s.text == "" {
			return nil
		}
		s.pending = true
		return d.rerender() // with the sections unfolded that contain a match
	case "esc", "ctrl+c":
		s.Typing, s.text = false, ""
	default:
		s.input.Key(k)
	}
	return nil
}

// match moves the cursor to the first line from a line on that contains a text, and continues at the other end. It returns false if there
// is none.
func (p *pane) match(text string, from, by int) bool {
	n := len(p.lines)
	for i := range n {
		at := ((from+i*by)%n + n) % n
		if text != "" && strings.Contains(strings.ToLower(p.lines[at].line.String()), text) {
			p.cursor = at
			p.scroll()
			return true
		}
	}
	return false
}

// mark marks the matches in a line.
func (s *Search) mark(l draw.Line) draw.Line {
	text := strings.ToLower(l.String())
	if s.text == "" || !strings.Contains(text, s.text) || len(text) != len(l.String()) {
		return l
	}
	marks := make([]bool, len(text))
	for at := 0; ; {
		i := strings.Index(text[at:], s.text)
		if i < 0 {
			return l.MarkBytes(marks)
		}
		for j := range len(s.text) {
			marks[at+i+j] = true
		}
		at += i + len(s.text)
	}
}
