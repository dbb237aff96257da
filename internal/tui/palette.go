package tui

import (
	"github.com/sahilm/fuzzy"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// palette is the overlay that finds an event or a scenario to trigger.
type palette struct {
	samples []view.Sample
	input   input
	found   []found
	at      int
}

// found is a sample, and which bytes of its name were typed.
type found struct {
	sample view.Sample
	hits   []int
}

// samples are what fuzzy searches in.
type samples []view.Sample

func (s samples) String(i int) string { return s[i].Name }
func (s samples) Len() int            { return len(s) }

func newPalette(all []view.Sample) palette {
	p := palette{samples: all}
	p.find()
	return p
}

// find looks for what is typed, the best first; with nothing typed, everything in its order.
func (p *palette) find() {
	p.found, p.at = nil, 0
	if len(p.input.runes) == 0 {
		for _, s := range p.samples {
			p.found = append(p.found, found{sample: s})
		}
		return
	}
	for _, m := range fuzzy.FindFrom(p.input.String(), samples(p.samples)) {
		p.found = append(p.found, found{p.samples[m.Index], m.MatchedIndexes})
	}
}

func (p *palette) move(by int) { p.at = max(min(p.at+by, len(p.found)-1), 0) }

// chosen is the sample under the cursor.
func (p *palette) chosen() (view.Sample, bool) {
	if p.at >= len(p.found) {
		return view.Sample{}, false
	}
	return p.found[p.at].sample, true
}

// paletteCursor is where what is typed begins.
const paletteCursor = len(" trigger ")

// paletteHead is how many lines stand above what was found.
const paletteHead = 3

// window is which of what was found is shown in so many lines, head and all.
func (p *palette) window(height int) (top, rows int) {
	rows = max(height-paletteHead, 1)
	return max(p.at-rows+1, 0), rows
}

// click goes to what stands on a line.
func (p *palette) click(y, height int) {
	top, rows := p.window(height)
	if y -= paletteHead; y >= 0 && y < rows && top+y < len(p.found) {
		p.at = top + y
	}
}

func (p *palette) lines(st display.Style, height int) []line {
	lines := []line{{}, text(" ").add("trigger ", display.Dim).add(st.Clean(p.input.String()), display.Plain), {}}
	widest := 0
	for _, s := range p.samples {
		widest = max(widest, display.Width(s.Name))
	}
	top, rows := p.window(height)
	for i := top; i < len(p.found) && i < top+rows; i++ {
		f := p.found[i]
		first := " "
		if i == p.at {
			first = say("▌", st)
		}
		marks := make([]bool, len(f.sample.Name))
		for _, at := range f.hits {
			marks[at] = true
		}
		name := text(f.sample.Name)
		if len(marks) > 0 {
			name = name.marked(marks)
		}
		l := append(text(" "), name...).pad(widest+4).add(f.sample.Description, display.Dim)
		if i == p.at {
			l = l.reverse()
		}
		lines = append(lines, append(text(first), l...))
	}
	if len(p.found) == 0 {
		lines = append(lines, styled("  There is no such event or scenario.", display.Dim))
	}
	return lines
}
