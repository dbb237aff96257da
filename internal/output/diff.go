package output

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// DiffParts selects the parts of two deliveries to compare.
type DiffParts int

// Parts to compare.
const (
	DiffAll     DiffParts = iota
	DiffPayload           // the payload only
)

// Comparison is the result of comparing two deliveries.
type Comparison struct {
	Before, After webhook.Summary
	Difference    recording.Difference
	Parts         DiffParts
}

// Same reports whether the compared parts are equal.
func (c Comparison) Same() bool {
	if c.Parts == DiffPayload {
		return c.Difference.Body.Same()
	}
	return c.Difference.Same()
}

// Diff prints the differences between two deliveries.
func Diff(o Options, c Comparison) error {
	if o.Format == FormatJSON {
		return diffJSON(o.Stdout, c)
	}
	p := newText(o)
	for _, l := range DiffLines(c, o.Style) {
		p.out.line(0, l)
	}
	return p.out.err
}

// DiffLines returns the differences between two deliveries as text: first the payload, then the headers. The signature and the length, which
// differ whenever the payload does, are the last headers.
func DiffLines(c Comparison, st display.Style) []display.Line {
	d := &differ{st: st}
	d.title("-", display.Bad, c.Before)
	d.title("+", display.Good, c.After)
	diff := c.Difference
	d.body("Payload", diff.Body)
	if c.Parts == DiffAll {
		d.section(len(diff.Request) > 0, "Request", "")
		d.headers(diff.Request, nil)
		d.section(len(diff.Headers)+len(diff.Unknown) > 0, "Headers", "")
		d.headers(dependentLast(diff.Headers), diff.Unknown)
	}
	if c.Parts == DiffAll && diff.Response != nil {
		d.response(*diff.Response)
	}
	if c.Same() {
		d.blank()
		d.text(0, sameSentence(c))
	}
	return d.lines
}

// dependentLast returns the changes with those of headers that follow from the payload at the end.
func dependentLast(changes []recording.HeaderChange) []recording.HeaderChange {
	rank := func(c recording.HeaderChange) int {
		return slices.Index([]string{"Content-Length", webhook.SignatureHeader}, c.Name) // -1 for other headers
	}
	sorted := slices.Clone(changes)
	sort.SliceStable(sorted, func(i, j int) bool { return rank(sorted[i]) < rank(sorted[j]) })
	return sorted
}

func sameSentence(c Comparison) string {
	switch {
	case c.Parts == DiffPayload:
		return "The payloads are identical."
	case c.Difference.Response == nil:
		return "The headers and payloads are identical."
	default:
		return "The headers, payloads and responses are identical."
	}
}

// differ collects lines: removed values start with -, added values with +.
type differ struct {
	st    display.Style
	lines []display.Line
}

func (d *differ) blank() { d.lines = append(d.lines, nil) }

func (d *differ) line(indent int, l display.Line) {
	d.lines = append(d.lines, display.Indent([]display.Line{l}, indent)...)
}

func (d *differ) text(indent int, s string) { d.line(indent, display.Line{{Text: s}}) }

// signCells is the width of a sign and the space after it.
const signCells = 2

func (d *differ) title(sign string, role display.Role, s webhook.Summary) {
	d.line(0, append(display.Line{{Text: sign + " ", Role: role}}, display.Title(s, d.st.Narrowed(signCells))...))
}

//nolint:revive // a part without differences has no section
func (d *differ) section(differs bool, name, rest string) {
	if !differs {
		return
	}
	d.blank()
	line := display.Line{{Text: name, Role: display.Bold}}
	if rest != "" {
		line = append(line, display.Span{Text: "   " + rest})
	}
	d.line(0, line)
}

// minus and plus write one value each, truncated in the middle if it does not fit.
func (d *differ) minus(indent int, text string) { d.signed(indent, "-", display.Bad, text) }
func (d *differ) plus(indent int, text string)  { d.signed(indent, "+", display.Good, text) }

func (d *differ) signed(indent int, sign string, role display.Role, text string) {
	d.line(indent, display.Line{{Text: sign + " ", Role: role}, {Text: display.Value(text, d.st.Narrowed(indent+signCells))}})
}

func (d *differ) headers(changes []recording.HeaderChange, unknown []string) {
	for _, c := range changes {
		for _, v := range c.Before {
			d.minus(2, c.Name+": "+v)
		}
		for _, v := range c.After {
			d.plus(2, c.Name+": "+v)
		}
	}
	if len(unknown) > 0 {
		d.text(2, "Masked, not compared: "+d.st.Clean(strings.Join(unknown, ", ")))
	}
}

func (d *differ) body(name string, b recording.BodyDifference) {
	if b.Same() {
		return
	}
	d.section(true, name, display.Bytes(b.BeforeBytes)+", "+display.Bytes(b.AfterBytes))
	for _, v := range b.Values {
		d.value(v)
	}
	for _, path := range b.Reordered {
		d.text(2, "The keys "+in(path, d.st)+"are in a different order.")
	}
	switch {
	case b.Rewritten():
		d.text(2, fmt.Sprintf("The values are equal, but the bytes differ from byte %s on: white space, escapes,", display.Count(int(b.Offset))))
		d.text(2, "or a duplicate key. A signature of one does not match the other.")
	case !b.JSON:
		d.text(2, fmt.Sprintf("At least one is not JSON. The bytes differ from byte %s on.", display.Count(int(b.Offset))))
	}
}

func in(path string, st display.Style) string {
	if path == "" {
		return ""
	}
	return "of " + display.Value(path, st.Narrowed(40)) + " "
}

func (d *differ) value(v recording.ValueChange) {
	path := v.Path
	if path == "" {
		path = "(root)"
	}
	d.line(2, display.Line{{Text: display.Value(path, d.st.Narrowed(2)), Role: display.Dim}})
	if v.Before != nil {
		d.minus(4, string(v.Before))
	}
	if v.After != nil {
		d.plus(4, string(v.After))
	}
}

func (d *differ) response(a recording.ResponseDifference) {
	if a.Same() {
		return
	}
	d.section(true, "Response", "")
	if !a.SameOutcome() {
		d.minus(2, outcome(a.Before))
		d.plus(2, outcome(a.After))
	}
	d.headers(a.Headers, a.Unknown)
	d.body("Response body", a.Body)
}

// outcome returns the status of an attempt in one or two words.
func outcome(a *webhook.Attempt) string {
	if a == nil {
		return "no attempt"
	}
	return display.StatusText(webhook.Summary{Status: a.Status(), Code: a.Code})
}
