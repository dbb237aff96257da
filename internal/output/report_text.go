package output

import (
	"bufio"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ItOrThem returns the pronoun for a number of deliveries.
func ItOrThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// ResponseText returns the handler's response as text for a report.
func ResponseText(a webhook.Attempt) string {
	var b strings.Builder
	for _, line := range display.Response(a, display.Style{UTF8: true}) {
		b.WriteString(strings.TrimPrefix(line.String(), "│ ") + "\n")
	}
	return b.String()
}

// WriteJUnit writes a JUnit report and commits its file.
func WriteJUnit(f *atomicfile.File, suite TestSuite) error {
	buffered := bufio.NewWriter(f)
	err := JUnit(buffered, suite)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Commit()
	}
	if err != nil {
		return Failed(err, "can't write "+f.Path()+": "+PathReason(err))
	}
	return nil
}

// HintText returns an explanation as text for a report, with the codes of its findings.
func HintText(h display.Hint) string {
	var b strings.Builder
	for _, f := range explain.Findings(h) {
		if f.Code != "" {
			b.WriteString("code   " + f.Code + "\n")
		}
	}
	for _, line := range h.Render(display.Style{UTF8: true}) {
		b.WriteString(line.String())
		b.WriteByte('\n')
	}
	return b.String()
}
