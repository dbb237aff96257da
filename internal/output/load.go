package output

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// LoadResult is what `trigger --count` has to say at its end.
type LoadResult struct {
	load.Report
	Requested   int     // how many were to be sent
	To          string  // the handler, or several
	Via         string  // where to, in words
	Rate        float64 // that was asked for; 0: none
	Concurrency int
	SuccessWord string // what those are that are as they should be, in words: delivered
	Expected    string // what was to come of each, in words; empty: nothing but that
	Chaos       string // empty: none
	Seed        uint64 // of the chaos
	Interrupted bool
	TimeUp      bool // before all were answered
}

// Load says what came of many sendings: how many, what was wrong with how many of them, and how long they took.
func Load(o Options, r LoadResult) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(loadObject(r))
	}
	p := newText(o)
	p.Batch(func() { p.loaded(r) })
	return p.out.err
}

func (p *textPrinter) loaded(r LoadResult) {
	if !p.o.Quiet {
		p.loadHead(r)
		p.label("to", r.Via, "")
		p.label("expect", r.Expected, "")
		p.label("status", strings.Join(p.statuses(r.Report), "   "), "")
		p.label("rate", p.rate(r), "")
		if r.Chaos != "" {
			p.label("chaos", r.Chaos, "   seed "+strconv.FormatUint(r.Seed, 10))
		}
		if len(r.Buckets) > 0 {
			p.label("took", spread(r.Took), "")
			p.out.blank()
			p.histogram(r.Buckets)
		}
	}
	for i, reason := range r.Reasons {
		if i > 0 || !p.o.Quiet {
			p.out.blank()
		}
		p.reason(reason)
	}
	if r.OtherFailures > 0 {
		p.out.blank()
		p.out.print(2, display.Count(r.OtherFailures)+" "+p.o.Style.Symbols("×")+" other reasons")
	}
}

// loadHead says how many of how many were as they should be.
func (p *textPrinter) loadHead(r LoadResult) {
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	if r.Failed > 0 || r.Sent == 0 {
		glyph, role = p.o.Style.Glyph(webhook.StatusRefused)
	}
	text := fmt.Sprintf("%s of %s %s", display.Count(r.Sent-r.Failed), display.Count(r.Sent), r.SuccessWord)
	switch left := display.Count(r.Requested - r.Sent); {
	case r.Interrupted:
		text += ", interrupted before the other " + left
	case r.TimeUp && r.Sent < r.Requested:
		text += ", and time was up before the other " + left
	}
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: text, Role: display.Bold}})
	p.out.blank()
}

// statuses counts the sendings by what became of them, the codes of the handler's refusals named.
func (p *textPrinter) statuses(r load.Report) []string {
	var out []string
	for _, s := range webhook.Statuses() {
		if n := r.Statuses[s]; n > 0 {
			out = append(out, strings.ReplaceAll(string(s), "_", " ")+" "+display.Count(n))
		}
	}
	if r.NotRecorded > 0 {
		out = append(out, "not taken "+display.Count(r.NotRecorded))
	}
	return out
}

// rate says how fast they were sent, and how fast they were to be.
func (p *textPrinter) rate(r LoadResult) string {
	text := perSecond(r.PerSecond()) + " for " + display.Duration(r.Elapsed)
	if r.Rate > 0 {
		return text + ", of " + perSecond(r.Rate) + " asked for"
	}
	return text + fmt.Sprintf(", %d at a time", r.Concurrency)
}

// perSecond writes a rate with three digits that count, as far as it has them.
func perSecond(rate float64) string {
	switch {
	case rate >= 100:
		return display.Count(int(rate+0.5)) + "/s"
	case rate >= 10:
		return trimZeros(strconv.FormatFloat(rate, 'f', 1, 64)) + "/s"
	default:
		return trimZeros(strconv.FormatFloat(rate, 'f', 2, 64)) + "/s"
	}
}

func trimZeros(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

func spread(s load.Percentiles) string {
	return "p50 " + display.Duration(s.P50) + "   p90 " + display.Duration(s.P90) + "   p99 " + display.Duration(s.P99) +
		"   max " + display.Duration(s.Max)
}

// histogramCells is how long the longest bar is: with what stands around it, 80 columns hold it.
const histogramCells = 48

// histogram draws a bar for each bucket.
func (p *textPrinter) histogram(buckets []load.Bucket) {
	most := 0
	for _, b := range buckets {
		most = max(most, b.Count)
	}
	cells := histogramCells
	if p.o.Style.Width > 0 {
		cells = max(1, min(cells, p.o.Style.Width-32))
	}
	for _, b := range buckets {
		bar := display.Bar(float64(b.Count)/float64(most), cells, p.o.Style)
		line := display.Line{{Text: p.o.Style.Symbols("≤") + " " + display.PadLeft(display.Duration(b.UpTo), 7), Role: display.Dim}}
		if b.Count > 0 {
			line = append(line, display.Span{Text: "  " + bar + " " + display.Count(b.Count)})
		}
		p.out.line(2, line)
	}
}

// reason says how many were wrong for one reason, and shows the first of them.
func (p *textPrinter) reason(r load.Reason) {
	status := r.First.Status
	switch status {
	case "": // nobody took it
		status = webhook.StatusUnreachable
	case webhook.StatusDelivered: // and should not have been
		status = webhook.StatusRefused
	}
	glyph, role := p.o.Style.Glyph(status)
	line := display.Line{{Text: glyph, Role: role}, {Text: " " + display.Count(r.Count) + " " + p.o.Style.Symbols("×") + " " + p.o.Style.Clean(r.Failure)}}
	if r.First.ID != "" {
		id := string(r.First.ID)
		if p.o.Terminal {
			id = display.ShortID(r.First.ID, p.o.Style)
		}
		first := ", the first "
		switch asks := strings.HasSuffix(r.Failure, "?"); {
		case asks && r.Count == 1:
			first = " "
		case asks:
			first = " The first: "
		case r.Count == 1:
			first = ": "
		}
		line = append(line, display.Span{Text: first}, display.Span{Text: id, Role: display.Dim})
	}
	p.out.line(2, line)
	for _, l := range display.ResponseExcerpt(r.First.Attempt, p.o.Style) {
		p.out.line(0, l)
	}
}
