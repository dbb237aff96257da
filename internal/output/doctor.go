package output

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Finding is the result of one check of `doctor`.
type Finding struct {
	Check   string
	State   FindingState
	Message string
	Details []string // further lines
	Hint    string   // what to do; may have several lines
	Fixed   bool     // --fix has just fixed it
}

// FindingState is the result of a check.
type FindingState string

// The results.
const (
	FindingOK      FindingState = "ok"
	FindingWarning FindingState = "warning"
	FindingFailed  FindingState = "failed"
)

// CheckReport prints the findings of `doctor` one after another.
type CheckReport struct {
	o    Options
	text *textPrinter
	json *jsonPrinter
	n    map[FindingState]int
}

// NewCheckReport returns an empty report.
func NewCheckReport(o Options) *CheckReport {
	return &CheckReport{o: o, text: newText(o), json: newJSON(o), n: map[FindingState]int{}}
}

type jsonCheck struct {
	kind
	Check   string       `json:"check"`
	State   FindingState `json:"state"`
	Message string       `json:"message"`
	Details []string     `json:"details,omitempty"`
	Hint    string       `json:"hint,omitempty"`
	Fixed   bool         `json:"fixed,omitempty"`
}

// checkCells is the width of the column of check names. The longest name is "configuration".
const checkCells = 15

// Add prints one finding and counts it.
func (c *CheckReport) Add(f Finding) {
	c.n[f.State]++
	f.Hint = c.o.Command(f.Hint)
	switch {
	case c.o.Format == FormatJSON:
		c.json.put(jsonCheck{of("check"), f.Check, f.State, f.Message, f.Details, strings.ReplaceAll(f.Hint, "\n", " "), f.Fixed})
	case c.o.Quiet && f.State == FindingOK:
	case !c.o.Terminal:
		c.text.out.tabbed(string(f.State), f.Check, f.Message, strings.ReplaceAll(f.Hint, "\n", " "))
	default:
		c.printText(f)
	}
}

// printText prints a finding on a terminal: glyph, name, a word unless it passed, the message, and its details below.
func (c *CheckReport) printText(f Finding) {
	st := c.o.Style
	word := ""
	glyph, role := st.Glyph(webhook.StatusDelivered)
	switch f.State {
	case FindingWarning:
		glyph, _ = st.Glyph(webhook.StatusUnreachable)
		role, word = display.Caution, "warning: "
	case FindingFailed:
		glyph, _ = st.Glyph(webhook.StatusRefused)
		role, word = display.Bad, "failed: "
	case FindingOK:
	}
	const under = 2 + checkCells
	lines := st.Wrapped(word+st.Clean(f.Message), under)
	c.text.out.line(0, display.Line{
		{Text: glyph + " ", Role: role}, {Text: display.PadRight(f.Check, checkCells), Role: display.Dim}, {Text: lines[0]},
	})
	for _, l := range lines[1:] {
		c.text.out.text(under, l)
	}
	for _, d := range f.Details {
		c.text.out.line(under, display.Line{{Text: st.Clean(d), Role: display.Dim}})
	}
	if f.Hint == "" {
		return
	}
	for l := range strings.SplitSeq(f.Hint, "\n") {
		c.text.out.text(under, st.Clean(l)) // never wrapped: it ends with a command to copy
	}
}

type jsonCheckSummary struct {
	kind
	OK       int `json:"ok"`
	Warnings int `json:"warnings"`
	Failed   int `json:"failed"`
}

// End prints the totals and reports whether nothing failed.
func (c *CheckReport) End() (good bool, err error) {
	ok, warnings, failed := c.n[FindingOK], c.n[FindingWarning], c.n[FindingFailed]
	if c.o.Format == FormatJSON {
		c.json.put(jsonCheckSummary{of("summary"), ok, warnings, failed})
		return failed == 0, c.json.Err()
	}
	totals := fmt.Sprintf("%d passed", ok)
	if warnings > 0 {
		totals += ", " + display.Counted(warnings, "warning", "warnings")
	}
	if failed > 0 {
		totals += fmt.Sprintf(", %d failed", failed)
	}
	c.text.ClosingLine(totals)
	return failed == 0, c.text.Err()
}
