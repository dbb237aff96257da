package htmltext

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Lines returns the non-blank lines of a page's text, each without trailing spaces. The title comes first, unless the text
// begins with it or it says nothing.
func Lines(page string) []string {
	var lines []string
	for line := range strings.SplitSeq(Text(page), "\n") {
		if line = strings.TrimRight(line, " \t\r"); line != "" {
			lines = append(lines, line)
		}
	}
	if title := Title(page); title != "" && !isRepeated(title, lines) {
		lines = append([]string{title}, lines...)
	}
	return lines
}

// isRepeated reports whether a title is generic, or repeats one of the first two lines.
func isRepeated(title string, lines []string) bool {
	if slices.Contains([]string{"Error", "Action Controller: Exception caught"}, title) { // Express, Rails
		return true
	}
	for _, line := range lines[:min(len(lines), 2)] {
		if line = strings.TrimSpace(line); strings.Contains(title, line) || strings.Contains(line, title) {
			return true
		}
	}
	return false
}

// location returns the pattern of a file and a line, as stack traces of common languages name them. It is compiled when it is first
// needed, not at every start.
var location = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[\w./\\@-]+\.(?:py|rb|js|mjs|cjs|ts|mts|jsx|tsx|php|go|ex|exs|java|kt|cs)(?:"? ?,? (?:on )?line |:|\()\d+`)
})

// Excerpt returns at most n lines that tell most: the first lines, and the first line that names a file and a line of the
// app, which is not one of a library.
func Excerpt(page string, n int) (excerpt []string, hidden int) {
	lines := Lines(page)
	if len(lines) <= n {
		return lines, 0
	}
	hidden = len(lines) - n
	excerpt = slices.Clone(lines[:n])
	if slices.ContainsFunc(excerpt, isInApp) {
		return excerpt, hidden
	}
	if i := slices.IndexFunc(lines, isInApp); i >= 0 {
		excerpt[n-1] = lines[i]
	}
	return excerpt, hidden
}

// isInApp reports whether a line names a place in the user's own files.
func isInApp(line string) bool {
	place := location().FindString(line)
	if place == "" {
		return false
	}
	return !slices.ContainsFunc([]string{"site-packages", "dist-packages", "node_modules", "/gems/", "/usr/lib/", "vendor/", "(node:"}, func(library string) bool {
		return strings.Contains(line, library)
	})
}
