package tui

import (
	"github.com/sahilm/fuzzy"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// palette is the overlay that searches for an event or scenario to trigger.
type palette struct {
	samples []view.Sample
	input   input
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

func newPalette(all []view.Sample) palette {
	p := palette{samples: all}
	p.search()
	return p
}

// search finds the samples that match the typed text, best match first. Without text it returns all samples in order.
func (p *palette) search() {
	p.matches, p.cursor = nil, 0
	if len(p.input.runes) == 0 {
		for _, s := range p.samples {
			p.matches = append(p.matches, match{sample: s})
		}
		return
	}
	for _, m := range fuzzy.FindFrom(p.input.String(), sampleNames(p.samples)) {
		p.matches = append(p.matches, match{p.samples[m.Index], m.MatchedIndexes})
	}
}

func (p *palette) move(by int) { p.cursor = max(min(p.cursor+by, len(p.matches)-1), 0) }

// chosen returns the sample under the cursor.
func (p *palette) chosen() (view.Sample, bool) {
	if p.cursor >= len(p.matches) {
		return view.Sample{}, false
	}
	return p.matches[p.cursor].sample, true
}

// palettePromptWidth is the column where the typed text begins.
const palettePromptWidth = len(" trigger ")

// paletteHeaderLines is the number of lines above the matches.
const paletteHeaderLines = 3

// window returns which matches are visible in a palette of the given height.
func (p *palette) window(height int) (top, rows int) {
	rows = max(height-paletteHeaderLines, 1)
	return max(p.cursor-rows+1, 0), rows
}

// click moves the cursor to the match on a line.
func (p *palette) click(y, height int) {
	top, rows := p.window(height)
	if y -= paletteHeaderLines; y >= 0 && y < rows && top+y < len(p.matches) {
		p.cursor = top + y
	}
}

func (p *palette) lines(st display.Style, height int) []line {
	lines := []line{{}, text(" ").add("trigger ", display.Dim).add(st.Clean(p.input.String()), display.Plain), {}}
	widest := 0
	for _, s := range p.samples {
		widest = max(widest, display.Width(s.Name))
	}
	top, rows := p.window(height)
	for i := top; i < len(p.matches) && i < top+rows; i++ {
		f := p.matches[i]
		first := " "
		if i == p.cursor {
			first = symbols("▌", st)
		}
		marks := make([]bool, len(f.sample.Name))
		for _, at := range f.matchedBytes {
			marks[at] = true
		}
		name := text(f.sample.Name)
		if len(marks) > 0 {
			name = name.markBytes(marks)
		}
		l := append(text(" "), name...).pad(widest+4).add(f.sample.Description, display.Dim)
		if i == p.cursor {
			l = l.reverse()
		}
		lines = append(lines, append(text(first), l...))
	}
	if len(p.matches) == 0 {
		lines = append(lines, styled("  No matching event or scenario.", display.Dim))
	}
	return lines
}
