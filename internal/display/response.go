package display

import (
	"iter"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxExcerptLines is how many lines of an answer stand under a row.
const maxExcerptLines = 3

// ResponseExcerpt are the handler's own words as they stand under a row: behind a bar, three lines at most, empty ones left out, of a
// page of HTML what a browser shows. Where something is missing, the last line says how much. An empty answer gives none.
func ResponseExcerpt(a webhook.Attempt, st Style) []Line {
	return Indent(st.Narrowed(DetailIndent).responseLines(a, maxExcerptLines), DetailIndent)
}

// Response is the whole of a handler's answer, behind a bar, not indented.
func Response(a webhook.Attempt, st Style) []Line {
	return st.responseLines(a, 0)
}

// responseLines gives at most that many lines, or for 0 all.
func (st Style) responseLines(a webhook.Attempt, most int) []Line {
	if len(a.Response) == 0 {
		return nil
	}
	bar := Line{{st.Symbols("│") + " ", Dim}}
	cells, bounded := st.room()
	cells -= bar.Width()
	if note := st.notText(a); note != "" {
		return []Line{bar.add(st.fit(note, cells), Dim)}
	}
	text := string(a.Response)
	if most > 0 && isPage(a) {
		text = pageText(text)
	}
	shown, hidden := firstLines(text, most)
	lines := make([]Line, 0, len(shown))
	for i, raw := range shown {
		line, note := st.textLine(raw, cells), ""
		if i == len(shown)-1 {
			note = missing(a, hidden, bounded && Width(line) > cells)
		}
		line = st.fit(line, cells-Width(note))
		lines = append(lines, Line(nil).join(bar).add(line, Plain).add(note, Dim))
	}
	return lines
}

// missing says what of an answer is not shown, in brackets; nothing where all of it is.
func missing(a webhook.Attempt, hidden int, cut bool) string {
	over := ""
	if a.ResponseTruncated {
		over = "over "
	}
	switch {
	case hidden > 0:
		return " (" + over + counted(hidden, "more line") + ")"
	case cut || a.ResponseTruncated:
		return " (" + over + Bytes(answerBytes(a)) + " in all)"
	default:
		return ""
	}
}

// notText says what an answer is that can't be shown as text: compressed, or binary. For text it is empty.
func (st Style) notText(a webhook.Attempt) string {
	encoding := strings.TrimSpace(a.Header.Get("Content-Encoding"))
	compressed := encoding != "" && !strings.EqualFold(encoding, "identity")
	if !compressed && isText(a.Response) {
		return ""
	}
	size := Bytes(answerBytes(a))
	if a.ResponseTruncated {
		size = "over " + size
	}
	if kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "" {
		size += " of " + st.fragment(kind)
	}
	if compressed {
		return size + ", compressed with " + st.fragment(encoding)
	}
	return size + ", not text"
}

func answerBytes(a webhook.Attempt) int64 { return max(a.ResponseBytes, int64(len(a.Response))) }

// firstLines returns the first lines that are not blank, at most that many (for 0 all), and how many more there are.
func firstLines(text string, most int) (shown []string, hidden int) {
	for line := range nonBlank(text) {
		if most > 0 && len(shown) == most {
			hidden++
			continue
		}
		shown = append(shown, line)
	}
	return shown, hidden
}

// nonBlank walks the lines of a text that are not blank, without spaces at their end.
func nonBlank(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			line = strings.TrimRight(line, " \t\r")
			if line != "" && !yield(line) {
				return
			}
		}
	}
}
