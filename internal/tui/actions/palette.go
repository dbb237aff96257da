package actions

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/input"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// Palette is the overlay that searches for an event or scenario to trigger.
type Palette struct {
	Label   string // before the typed text
	samples []view.Sample
	input   input.Model
	matches []match
	cursor  int
}

// match is a sample with the matching bytes of its name.
type match struct {
	sample       view.Sample
	matchedBytes []int
}

// sampleNames implements fuzzy.Source.
type sampleNames []view.Sample

func (s sampleNames) String(i int) string { return s[i].Name }
func (s sampleNames) Len() int            { return len(s) }

// NewPalette returns a palette of samples or commands, with the cursor on the last one that was chosen.
func NewPalette(label string, all []view.Sample, last string) Palette {
	p := Palette{Label: label, samples: all}
	p.search()
	p.cursor = max(slices.IndexFunc(all, func(s view.Sample) bool { return s.Name == last }), 0)
	return p
}

// search finds the samples that match the typed text, best match first. Without text it returns all samples in order.
func (p *Palette) search() {
	p.matches, p.cursor = nil, 0
	if p.input.IsEmpty() {
		for _, s := range p.samples {
			p.matches = append(p.matches, match{sample: s})
		}
		return
	}
	for _, m := range fuzzy.FindFrom(p.input.String(), sampleNames(p.samples)) {
		p.matches = append(p.matches, match{p.samples[m.Index], m.MatchedIndexes})
	}
}

// Move moves the cursor.
func (p *Palette) Move(by int) { p.cursor = max(min(p.cursor+by, len(p.matches)-1), 0) }

// chosen returns the sample under the cursor.
func (p *Palette) chosen() (view.Sample, bool) {
	if p.cursor >= len(p.matches) {
		return view.Sample{}, false
	}
	return p.matches[p.cursor].sample, true
}

// promptWidth is the column where the typed text begins.
const promptWidth = len(" trigger ")

// headerLines is the number of lines above the matches.
const headerLines = 3

// window returns which matches are visible in a palette of the given height.
func (p *Palette) window(height int) (top, rows int) {
	rows = max(height-headerLines, 1)
	return max(p.cursor-rows+1, 0), rows
}

// Click moves the cursor to the match on a line.
func (p *Palette) Click(y, height int) {
	top, rows := p.window(height)
	if y -= headerLines; y >= 0 && y < rows && top+y < len(p.matches) {
		p.cursor = top + y
	}
}

// Lines renders the typed text and the matches.
func (p *Palette) Lines(st display.Style, width, height int) []draw.Line {
	lines := []draw.Line{{}, draw.Text(" ").Add(p.Label+" ", display.Dim).Add(st.Clean(p.input.String()), display.Plain), {}}
	widest := 0
	for _, s := range p.samples {
		widest = max(widest, display.Width(s.Name))
	}
	top, rows := p.window(height)
	for i := top; i < len(p.matches) && i < top+rows; i++ {
		f := p.matches[i]
		first := " "
		if i == p.cursor {
			first = draw.Symbols("▌", st)
		}
		marks := make([]bool, len(f.sample.Name))
		for _, at := range f.matchedBytes {
			marks[at] = true
		}
		name := draw.Text(f.sample.Name)
		if len(marks) > 0 {
			name = name.MarkBytes(marks)
		}
		l := append(draw.Text(" "), name...).Pad(widest+4).Add(f.sample.Description, display.Dim)
		if i == p.cursor {
			l = l.Fit(width-1, st).Reverse()
		}
		lines = append(lines, append(draw.Text(first), l...))
	}
	if len(p.matches) == 0 {
		lines = append(lines, draw.Styled("  No match.", display.Dim))
	}
	return lines
}

// Key handles a key. It returns the sample to trigger, and whether the palette closes.
func (p *Palette) Key(k tea.KeyPressMsg) (name string, closed bool) {
	switch k.String() {
	case "up", "ctrl+p":
		p.Move(-1)
	case "down", "ctrl+n", "tab":
		p.Move(1)
	case "esc", "ctrl+c":
		return "", true
	case "enter":
		s, ok := p.chosen()
		return s.Name, ok
	default:
		if p.input.Key(k) {
			p.search()
		}
	}
	return "", false
}

// Paste inserts a text.
func (p *Palette) Paste(s string) {
	p.input.Paste(s)
	p.search()
}

// IsEmpty reports whether nothing matches.
func (p *Palette) IsEmpty() bool { return len(p.matches) == 0 }

// CursorColumn returns the column of the text cursor.
func (p *Palette) CursorColumn(st display.Style) int {
	return promptWidth + display.Width(st.Clean(p.input.BeforeCursor()))
}
