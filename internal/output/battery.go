package output

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Battery is the result of `test`.
type Battery struct {
	conformance.Report

	Target    string // as typed, for commands
	URL       string
	Secret    webhook.Secret
	Framework string   // whose recipe it is
	Recipe    []string // lines of code that check the signature correctly
	Replaced  []string // the lines that they probably replace
	Known     []string // ids of cases that did not pass in the baseline, which don't count
}

// Failed reports whether the handler does something that it must not do, and did not do it in the baseline.
func (b Battery) Failed() bool {
	return slices.ContainsFunc(b.Results, func(r conformance.Result) bool { return b.counts(r) })
}

// counts reports whether a result decides the exit code.
func (b Battery) counts(r conformance.Result) bool {
	return (r.Verdict == conformance.Fail || r.Verdict == conformance.Error) && !b.isKnown(r)
}

// worstFirst returns the results with a verdict, the heaviest first.
func (b Battery) worstFirst(v conformance.Verdict) []conformance.Result {
	var all []conformance.Result
	for _, r := range b.Results {
		if r.Verdict == v {
			all = append(all, r)
		}
	}
	weights := []conformance.Weight{conformance.Must, conformance.Should, conformance.Info}
	sort.SliceStable(all, func(i, j int) bool {
		return slices.Index(weights, all[i].Weight) < slices.Index(weights, all[j].Weight)
	})
	return all
}

// totals describes how many cases passed.
func (b Battery) totals() string {
	ran := len(b.Results) - b.Count(conformance.Skip)
	parts := []string{fmt.Sprintf("%d of %d passed", b.Count(conformance.Pass), ran)}
	if n := b.Count(conformance.Fail); n > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", n))
	}
	if n := b.Count(conformance.Error); n > 0 {
		parts = append(parts, fmt.Sprintf("%d could not be run", n))
	}
	if n := b.knownFailures(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of them in the baseline", n))
	}
	if n := b.Count(conformance.Warn); n > 0 {
		parts = append(parts, display.Counted(n, "warning", "warnings"))
	}
	if n := b.Count(conformance.Skip); n > 0 {
		parts = append(parts, fmt.Sprintf("%d skipped", n))
	}
	return strings.Join(parts, ", ") + fmt.Sprintf("; score %d", b.Score())
}

// knownFailures returns the number of cases that fail now and failed in the baseline.
func (b Battery) knownFailures() int {
	n := 0
	for _, r := range b.Results {
		if (r.Verdict == conformance.Fail || r.Verdict == conformance.Error) && b.isKnown(r) {
			n++
		}
	}
	return n
}

// profile returns what the differences tell about the handler, as a paragraph.
func (b Battery) profile() string {
	var all []string
	for _, f := range b.Findings {
		all = append(all, f.Cause)
	}
	return strings.Join(all, " ")
}

// caseDocs is where docs/conformance.md is published. GitHub removes the dot of an id from the anchor.
const caseDocs = "https://github.com/vidiking/vidiking-cli/blob/main/docs/conformance.md#"

// DocsOf returns the address of a case in the documentation.
func DocsOf(id string) string { return caseDocs + strings.ReplaceAll(id, ".", "") }

// fact is one labeled text about a case.
type fact struct{ label, text string }

// facts returns all that a report says about a case that did not pass.
func (b Battery) facts(r conformance.Result) []fact {
	all := []fact{{"why", r.Why}}
	if x := r.Deciding(); x != nil {
		all = append(all, fact{"sent", sentText(*x)}, fact{"expected", x.Expected}, fact{"response", b.masked(responseText(x.Attempt))})
		if x.ID != "" {
			all = append(all, fact{"delivery", string(x.ID)})
		}
	}
	for _, f := range r.Findings {
		all = append(all, fact{"cause", f.Cause}, fact{"fix", f.Fix})
	}
	if len(r.Findings) == 0 {
		all = append(all, fact{"fix", cmp.Or(conformance.FrameworkFix(b.Framework, r.ID), r.Fix)})
	}
	for _, n := range r.Notes {
		all = append(all, fact{"note", n})
	}
	return append(all, fact{"source", string(r.Source) + ": " + r.Source.String()}, fact{"docs", DocsOf(r.ID)}, fact{"again", b.rerun(r.ID)})
}

// masked masks the secret in a response, which a wrong handler may contain.
func (b Battery) masked(text string) string {
	if !b.Secret.IsSet() {
		return text
	}
	return strings.ReplaceAll(text, b.Secret.Reveal(), b.Secret.String())
}

// rerun returns the command that runs one case again with the same payloads.
func (b Battery) rerun(id string) string {
	return fmt.Sprintf("vidiking test %s %s --seed %d", b.Target, id, b.Seed)
}

// maxSentBytes is how much of a body a report shows.
const maxSentBytes = 300

// sentText describes a request: what it is, its signature, and its bytes, escaped.
func sentText(x conformance.Exchange) string {
	method := cmp.Or(x.Shape.Method, "POST")
	text := x.Name + ": " + method
	signatures := x.Header.Values(webhook.SignatureHeader)
	switch {
	case len(signatures) == 0:
		text += " without a signature"
	default:
		text += " with " + webhook.SignatureHeader + ": " + strings.Join(signatures, ", ")
	}
	if len(x.Body) == 0 {
		return text
	}
	return text + ", " + display.Bytes(int64(len(x.Body))) + ": " + escaped(x.Body)
}

// escaped returns the beginning of a body in which every byte can be seen.
func escaped(body []byte) string {
	shown := body[:min(len(body), maxSentBytes)]
	var b strings.Builder
	for _, r := range string(shown) {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\ufffd':
			b.WriteString(`\x..`)
		case r < ' ' || r == 0x7f || r == '\ufeff' || r == '\u2028':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	if len(shown) < len(body) {
		b.WriteString("…")
	}
	return b.String()
}

// responseText describes a response in a few words.
func responseText(a webhook.Attempt) string {
	if a.Code == 0 {
		return a.Error
	}
	text := fmt.Sprintf("%d in %s", a.Code, display.Duration(a.Duration))
	var lines []string
	for _, l := range display.ResponseExcerpt(a, display.Style{UTF8: true}) {
		lines = append(lines, strings.TrimPrefix(strings.TrimSpace(l.String()), "│ "))
	}
	if len(lines) > 0 {
		text += ": " + strings.Join(lines, " ")
	}
	return text
}

// PrintBattery prints the report of `test`.
func PrintBattery(o Options, b Battery) error {
	if o.Format == FormatJSON {
		return printBatteryJSON(o, b)
	}
	p := newText(o)
	for _, v := range []conformance.Verdict{conformance.Fail, conformance.Error, conformance.Warn} {
		for _, r := range b.worstFirst(v) {
			p.caseResult(b, r)
		}
	}
	if !o.Quiet {
		p.passedCases(b)
	}
	p.batteryProfile(b)
	p.out.line(0, display.Line{{Text: b.totals(), Role: display.Bold}})
	if !o.Quiet {
		p.ClosingLine(fmt.Sprintf("sent %s to %s, seed %d; see them: vidiking webhooks list --probes", display.Deliveries(b.Sent), b.URL, b.Seed))
	}
	return p.out.err
}

// idCells is the width of the column of case ids. The longest is body.missing-optional.
const idCells = 23

// verdictGlyph returns the glyph and color of a verdict.
func verdictGlyph(v conformance.Verdict, st display.Style) (string, display.Role) {
	switch v {
	case conformance.Pass:
		return st.Glyph(webhook.StatusDelivered)
	case conformance.Fail:
		glyph, _ := st.Glyph(webhook.StatusRefused)
		return glyph, display.Bad
	case conformance.Error:
		return st.Glyph(webhook.StatusUnreachable)
	case conformance.Warn:
		glyph, _ := st.Glyph(webhook.StatusUnreachable)
		return glyph, display.Caution
	default:
		return st.Glyph(webhook.StatusSkipped)
	}
}

// caseResult prints a case that did not pass.
func (p *textPrinter) caseResult(b Battery, r conformance.Result) {
	glyph, role := verdictGlyph(r.Verdict, p.o.Style)
	word := string(r.Weight) + ", " + string(r.Verdict)
	if b.isKnown(r) {
		word += ", known"
	}
	lines := p.o.Style.Wrapped(p.o.Style.Clean(r.Message)+" ("+word+")", 2+idCells)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: display.PadRight(r.ID, idCells), Role: display.Bold}, {Text: lines[0]}})
	for _, l := range lines[1:] {
		p.out.text(2+idCells, l)
	}
	st := p.o.Style.Narrowed(2)
	for _, f := range b.facts(r) {
		switch f.label {
		case "source", "docs":
			if !p.o.Verbose {
				continue
			}
		case "again":
			f.text = p.o.Command(f.text)
			p.out.line(2, display.Line{{Text: display.PadRight(f.label, 10), Role: display.Dim}, {Text: f.text, Role: display.Bold}})
			continue
		}
		p.labelled(f.label, f.text, st)
	}
	p.out.blank()
}

// passedCases prints how many cases of each group passed, and what the handler does where both ways are correct.
func (p *textPrinter) passedCases(b Battery) {
	var groups []string
	passed, all := map[string]int{}, map[string]int{}
	for _, r := range b.Results {
		g := r.Group()
		if !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
		if all[g]++; r.Verdict == conformance.Pass {
			passed[g]++
		}
	}
	for _, g := range groups {
		if passed[g] > 0 {
			p.caseLine(conformance.Pass, g, fmt.Sprintf("%d of %d passed", passed[g], all[g]))
		}
		for _, r := range b.Results {
			if r.Group() == g && r.Verdict == conformance.Pass && (p.o.Verbose || r.Weight == conformance.Info) {
				p.caseLine(conformance.Pass, "  "+r.ID, r.Message)
			}
			if r.Group() == g && r.Verdict == conformance.Pass && p.o.Verbose {
				for _, n := range r.Notes {
					p.out.text(2+idCells, n)
				}
			}
		}
	}
	if n := b.Count(conformance.Skip); n > 0 {
		p.caseLine(conformance.Skip, "skipped", b.skipReason())
	}
	p.out.blank()
}

// skipReason says why cases were skipped, if it is the same for all.
func (b Battery) skipReason() string {
	reason := ""
	for _, r := range b.worstFirst(conformance.Skip) {
		if reason != "" && reason != r.Message {
			return display.Counted(b.Count(conformance.Skip), "case", "cases")
		}
		reason = r.Message
	}
	return display.Counted(b.Count(conformance.Skip), "case", "cases") + ", " + reason
}

func (p *textPrinter) caseLine(v conformance.Verdict, name, text string) {
	glyph, role := verdictGlyph(v, p.o.Style)
	lines := p.o.Style.Wrapped(p.o.Style.Clean(text), 2+idCells)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: display.PadRight(name, idCells), Role: display.Dim}, {Text: lines[0]}})
	for _, l := range lines[1:] {
		p.out.text(2+idCells, l)
	}
}

// batteryProfile prints what the differences tell about the handler, and code that is correct.
func (p *textPrinter) batteryProfile(b Battery) {
	if text := b.profile(); text != "" {
		for _, l := range p.o.Style.Wrapped(p.o.Style.Clean(text), 0) {
			p.out.text(0, l)
		}
		p.out.blank()
	}
	if len(b.Recipe) == 0 {
		return
	}
	p.out.line(0, display.Line{{Text: "Fix", Role: display.Bold}, {Text: "   " + b.Framework}})
	for _, l := range b.Replaced {
		p.out.line(2, display.Line{{Text: "- " + l, Role: display.Bad}})
	}
	for _, l := range b.Recipe {
		p.out.line(2, display.Line{{Text: "+ " + l, Role: display.Good}})
	}
	p.out.blank()
}
