package output

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/display"
)

// ReadBaseline reads the ids of the cases that failed in an earlier report, which `test -o json` wrote.
func ReadBaseline(r io.Reader) ([]string, error) {
	var failed []string
	cases := 0
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20) // more than a case takes
	for lines.Scan() {
		var c struct {
			Type    string              `json:"type"`
			ID      string              `json:"id"`
			Verdict conformance.Verdict `json:"verdict"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("it is not JSON: %w", err)
		}
		if c.Type != "case" {
			continue
		}
		if cases++; c.Verdict == conformance.Fail || c.Verdict == conformance.Error {
			failed = append(failed, c.ID)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if cases == 0 {
		return nil, errors.New("it has no cases")
	}
	return failed, nil
}

// TestSuite returns the results for a JUnit report. Warnings pass, and their text is in the other reports.
func (b Battery) TestSuite() TestSuite {
	return TestSuite{
		Name: "vidiking test " + b.Target, Started: b.Started, Took: b.Took,
		Cases: func(yield func(TestCase) bool) {
			for _, r := range b.Results {
				c := TestCase{Class: "vidiking test " + b.Target, Name: r.ID + " " + r.Title, Took: r.Took}
				switch {
				case r.Verdict == conformance.Skip:
					c.Skipped = r.Message
				case b.counts(r):
					c.Failure = &TestFailure{
						Kind: string(r.Verdict), Message: r.Message, Text: b.caseText(r), Errored: r.Verdict == conformance.Error,
					}
				}
				if !yield(c) {
					return
				}
			}
		},
	}
}

// caseText returns all that a report says about a case that did not pass, as lines.
func (b Battery) caseText(r conformance.Result) string {
	var text strings.Builder
	for _, f := range b.facts(r) {
		fmt.Fprintf(&text, "%-9s %s\n", f.label, f.text)
	}
	return text.String()
}

// maxAnnotations is how many annotations of a kind GitHub shows per step (GitHub docs: Workflow commands).
const maxAnnotations = 10

// Battery annotates the cases that did not pass, and adds all of them to the summary of the step.
func (g *GitHub) Battery(b Battery) {
	if g == nil {
		return
	}
	errs, warnings := 0, 0
	for _, v := range []conformance.Verdict{conformance.Fail, conformance.Error, conformance.Warn} {
		for _, r := range b.worstFirst(v) {
			level, n := "warning", &warnings
			if b.counts(r) {
				level, n = "error", &errs
			}
			if *n++; *n <= maxAnnotations {
				g.annotate(level, r.ID, "The handler "+r.Message+".\n"+b.caseText(r))
			}
		}
	}
	if g.Summary == nil {
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "### vidiking test %s\n\n%s\n\n| | case | weight | the handler |\n| --- | --- | --- | --- |\n", cell(b.Target), cell(b.totals()))
	for _, v := range conformance.Verdicts() {
		for _, r := range b.worstFirst(v) {
			glyph, _ := verdictGlyph(v, display.Style{UTF8: true})
			fmt.Fprintf(&text, "| %s %s | [%s](%s) | %s | %s |\n", glyph, v, cell(r.ID), DocsOf(r.ID), r.Weight, cell(r.Message))
		}
	}
	if profile := b.profile(); profile != "" {
		fmt.Fprintf(&text, "\n%s\n", cell(profile))
	}
	text.WriteByte('\n')
	_ = g.Summary(text.String()) // the log has everything as well
}

// isKnown reports whether the baseline has the same failure.
func (b Battery) isKnown(r conformance.Result) bool { return slices.Contains(b.Known, r.ID) }
