package draw

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// WrapWords wraps a line between words into at most maxLines lines. A text that is too long is cut in the middle.
func (l Line) WrapWords(cells, indent, maxLines int, st display.Style) []Line {
	out := l.breakWords(cells, indent)
	for room := maxLines*cells - indent*(maxLines-1); len(out) > maxLines && room > cells/2; room-- {
		last := len(l) - 1
		rest := room - l[:last].Width()
		cut := append(Line{}, l...)
		cut[last].Text = st.CutMiddle(l[last].Text, max(rest, 1))
		out = cut.breakWords(cells, indent)
	}
	return out[:min(len(out), maxLines)]
}

// breakWords wraps a line between words and indents all lines but the first.
func (l Line) breakWords(cells, indent int) []Line {
	out := []Line{nil}
	left := cells
	for _, p := range l {
		for word := range strings.SplitAfterSeq(p.Text, " ") {
			bare := display.Width(strings.TrimRight(word, " "))
			if bare > left && left < cells-indent {
				out = append(out, Text(Spaces(indent)))
				left = cells - indent
			}
			for bare > left { // the word is longer than a line
				head := FitPrefix(word, left)
				if head == "" {
					break
				}
				out[len(out)-1] = out[len(out)-1].Add(head, p.Role)
				word = word[len(head):]
				out = append(out, Text(Spaces(indent)))
				left, bare = cells-indent, display.Width(strings.TrimRight(word, " "))
			}
			out[len(out)-1] = out[len(out)-1].Add(word, p.Role)
			left -= display.Width(word)
		}
	}
	return out
}

// FitPrefix returns the longest prefix of a sanitized text that fits.
func FitPrefix(s string, cells int) string {
	end, taken := 0, 0
	for i, r := range s {
		n := display.Width(string(r))
		if taken+n > cells {
			return s[:i]
		}
		taken += n
		end = i + len(string(r))
	}
	return s[:end]
}
