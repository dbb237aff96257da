//go:build !windows

package main

import (
	"fmt"
	"html"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	pictureFile = "../../docs/images/listen.svg"
	readmeFile  = "../../README.md"
)

// TestThePictureAndTranscriptInTheREADMEMatchARealRun runs the dailyUse story in two terminals. The one with listen becomes the picture, and the
// other one, with the other commands, becomes the transcript in the README. -update writes both.
func TestThePictureAndTranscriptInTheREADMEMatchARealRun(t *testing.T) {
	t.Parallel()
	day := runDailyUse(t)

	readme, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- everyday: written by go test ./cmd/vidiking -run TestThePicture -update -->\n```console\n", "```\n"
	before, rest, ok := strings.Cut(string(readme), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no transcript after %q", readmeFile, begin)
	}
	for name, want := range map[string]string{
		pictureFile: draw(t, day.listen),
		readmeFile:  before + begin + day.transcript + end + after,
	} {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil { // readable by everyone
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s differs from the program's output (-program +file); update it: go test ./cmd/vidiking -run TestThePicture -update\n%s", name, diff)
		}
	}
}

// The size of a terminal font. Each run of text has a fixed width, so columns align with any font.
const (
	pictureFont = 14
	cellWidth   = 8.4
	lineHeight  = 20
	margin      = 16
	barHeight   = 30
)

// The colors are those of GitHub's light and dark themes, which are readable on their background.
const pictureStyle = `
  .ground { fill: #ffffff; stroke: #d0d7de } .bar { fill: #f6f8fa } .line { stroke: #d0d7de } .dot { fill: #d0d7de }
  text { fill: #1f2328; font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
  .b { font-weight: bold } .d { fill: #59636e } .r { fill: #cf222e } .g { fill: #1a7f37 } .y { fill: #9a6700 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d } .bar { fill: #151b23 } .line { stroke: #3d444d } .dot { fill: #3d444d }
    text { fill: #f0f6fc } .d { fill: #9198a1 } .r { fill: #f85149 } .g { fill: #3fb950 } .y { fill: #d29922 }
  }
`

// draw returns an SVG of a terminal with these rows. It contains only text, no script and no font, because GitHub removes those.
func draw(t *testing.T, rows []row) string {
	t.Helper()
	const width = 80*cellWidth + 2*margin
	height := barHeight + 2*margin + lineHeight*len(rows) - lineHeight + pictureFont
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %d" width="%g" height="%d" role="img">`+"\n", width, height, width, height)
	b.WriteString("<title>vidiking listen in a terminal: deliveries with their event, status, duration and id</title>\n")
	fmt.Fprintf(&b, "<style>"+pictureStyle+"</style>\n", pictureFont)
	fmt.Fprintf(&b, `<rect class="ground" x="0.5" y="0.5" width="%g" height="%d" rx="8"/>`+"\n", width-1, height-1)
	fmt.Fprintf(&b, `<path class="bar" d="M1 %d V8.5 a7.5 7.5 0 0 1 7.5 -7.5 H%g a7.5 7.5 0 0 1 7.5 7.5 V%d Z"/>`+"\n", barHeight, width-8.5, barHeight)
	fmt.Fprintf(&b, `<path class="line" d="M1 %d H%g"/>`+"\n", barHeight, width-1)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle class="dot" cx="%d" cy="%d" r="5"/>`+"\n", margin+5+18*i, barHeight/2)
	}
	for i, r := range rows {
		y := barHeight + margin + pictureFont - 3 + lineHeight*i
		for _, s := range r.stretches() {
			fmt.Fprintf(&b, `<text%s x="%.1f" y="%d" textLength="%.1f">%s</text>`+"\n",
				classOf(t, s.style), margin+cellWidth*float64(s.column), y, cellWidth*float64(len([]rune(s.text))), html.EscapeString(s.text))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// classOf returns the class of pictureStyle for a terminal style. It knows only the palette of internal/output.
func classOf(t *testing.T, style string) string {
	t.Helper()
	class, known := map[string]string{
		"": "", "\x1b[1m": "b", "\x1b[2m": "d", "\x1b[31m": "r", "\x1b[1;31m": "r b", "\x1b[32m": "g", "\x1b[33m": "y",
	}[style]
	if !known {
		t.Errorf("the picture has no class for %q", style)
	}
	if class == "" {
		return ""
	}
	return ` class="` + class + `"`
}
