package display

import (
	"iter"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/htmltext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxExcerptLines is the maximum number of response lines under a row.
const maxExcerptLines = 3

// ResponseExcerpt returns the first three lines of a handler's response, as printed under a row: after a bar, without
// empty lines. Of an HTML page, it shows the visible text. If something is left out, the last line says how much. An
// empty response returns no lines.
func ResponseExcerpt(a webhook.Attempt, st Style) []Line {
	return Indent(Excerpt(a, st.Narrowed(st.DetailIndent())), st.DetailIndent())
}

// Excerpt is ResponseExcerpt without the indentation.
func Excerpt(a webhook.Attempt, st Style) []Line { return st.responseLines(a, maxExcerptLines) }

// maxPageLines is the maximum number of lines of an HTML page in Response. Error pages have up to 2,300.
const maxPageLines = 12

// Response returns the whole response of a handler after a bar, not indented. Of an HTML page, it returns the first lines
// of its text, and the file and line of the app that it names.
func Response(a webhook.Attempt, st Style) []Line {
	if IsPage(a) {
		return st.responseLines(a, maxPageLines)
	}
	return st.responseLines(a, 0)
}

// IsPage reports whether a response is an HTML page, which is shown as text.
func IsPage(a webhook.Attempt) bool {
	body, ok := a.DecodedResponse()
	return ok && htmltext.IsPage(a.Header.Get("Content-Type"), body)
}

// responseLines returns at most the given number of lines, or all if it is 0.
func (st Style) responseLines(a webhook.Attempt, maxLines int) []Line {
	if len(a.Response) == 0 {
		return nil
	}
	bar := Line{{st.Symbols("│") + " ", Dim}}
	cells, bounded := st.room()
	cells -= bar.Width()
	if note := st.notText(a); note != "" {
		return []Line{bar.add(st.fit(note, cells), Dim)}
	}
	shown, hidden := excerpt(a, maxLines)
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

// excerpt returns the lines of a response to show, and the number of further ones.
func excerpt(a webhook.Attempt, maxLines int) (shown []string, hidden int) {
	body, _ := a.DecodedResponse()
	if maxLines > 0 && htmltext.IsPage(a.Header.Get("Content-Type"), body) {
		return htmltext.Excerpt(string(body), maxLines)
	}
	return firstLines(string(body), maxLines)
}

// missing says, in parentheses, how much of a response is not shown. It returns an empty string if nothing is missing.
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

// notText describes a response that cannot be shown as text because it is compressed or binary. It returns an empty
// string for text.
func (st Style) notText(a webhook.Attempt) string {
	body, decoded := a.DecodedResponse()
	if decoded && isText(body) {
		return ""
	}
	size := Bytes(answerBytes(a))
	if a.ResponseTruncated {
		size = "over " + size
	}
	if kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "" {
		size += " of " + st.Fragment(kind)
	}
	if !decoded {
		return size + ", compressed with " + st.Fragment(a.Header.Get("Content-Encoding"))
	}
	return size + ", not text"
}

func answerBytes(a webhook.Attempt) int64 { return max(a.ResponseBytes, int64(len(a.Response))) }

// firstLines returns the first non-blank lines, at most the given number (all if it is 0), and the number of further
// ones.
func firstLines(text string, maxLines int) (shown []string, hidden int) {
	for line := range nonBlank(text) {
		if maxLines > 0 && len(shown) == maxLines {
			hidden++
			continue
		}
		shown = append(shown, line)
	}
	return shown, hidden
}

// nonBlank iterates over the non-blank lines of a text, without trailing spaces.
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
