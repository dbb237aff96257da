package output

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// LoadResult is the result of `trigger --count`.
type LoadResult struct {
	load.Report
	Requested   int     // the value of --count
	To          string  // the handler, or several
	Via         string  // the route, in words
	Rate        float64 // the requested rate; 0: none
	Concurrency int
	SuccessWord string // describes the successful ones, for example "delivered"
	Expected    string // the expected response, in words; empty: any 2xx
	Chaos       string // empty: none
	Seed        uint64 // of the chaos
	Interrupted bool
	TimeUp      bool // the time was up before all responses arrived
}

// Load prints the result of a load run: how many deliveries succeeded, why others failed, and how long they took.
func Load(o Options, r LoadResult) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(loadObject(r))
	}
	p := newText(o)
	p.o.Style.Log = false // there are no rows
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
		p.out.text(2, display.Count(r.OtherFailures)+" "+p.o.Style.Symbols("×")+" other reasons")
	}
}

// loadHead prints how many deliveries succeeded.
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
		text += ", timed out before the other " + left
	}
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: text, Role: display.Bold}})
	p.out.blank()
}

// statuses counts the deliveries by status.
func (p *textPrinter) statuses(r load.Report) []string {
	var out []string
	for _, s := range webhook.Statuses() {
		if n := r.Statuses[s]; n > 0 {
			out = append(out, strings.ReplaceAll(string(s), "_", " ")+" "+display.Count(n))
		}
	}
	if r.NotRecorded > 0 {
		out = append(out, "not recorded "+display.Count(r.NotRecorded))
	}
	return out
}

// rate returns the achieved rate and the requested rate or concurrency.
func (p *textPrinter) rate(r LoadResult) string {
	text := perSecond(r.PerSecond()) + " for " + display.Duration(r.Elapsed)
	if r.Rate > 0 {
		return text + ", requested " + perSecond(r.Rate)
	}
	return text + fmt.Sprintf(", %d at a time", r.Concurrency)
}

// perSecond formats a rate with up to three significant digits.
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

// histogramCells is the length of the longest bar. The whole line fits 80 columns.
const histogramCells = 48

// histogram prints one bar per bucket.
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

// reason prints how many deliveries failed for one reason, and shows the first of them.
func (p *textPrinter) reason(r load.Reason) {
	status := r.First.Status
	switch status {
	case "": // no handler or listen accepted it
		status = webhook.StatusUnreachable
	case webhook.StatusDelivered: // but delivery was not expected
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
