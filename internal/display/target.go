package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TargetLine returns the result of the attempt at one of several targets: glyph, status, duration and target.
func TargetLine(a webhook.Attempt, st Style) Line {
	s := webhook.Summary{Status: a.Status(), Code: a.Code, Duration: a.Duration, Attempts: 1}
	glyph, role := st.Glyph(s.Status)
	word := StatusText(s)
	if a.Failure == webhook.FailureStale {
		word = "stale"
	}
	line := Line{{glyph, role}, {" ", Plain}, {PadRight(word, statusCells), role}, {" ", Plain}}
	took := st.took(s)
	line = line.add(spaces(max(tookCells-took.Width(), 0)), Plain)
	line = append(line, took...)
	return line.add("  "+st.Clean(strings.TrimPrefix(a.Target, "http://")), Plain)
}
