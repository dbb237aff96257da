package output

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// printHint shows what belongs under a delivery's row.
func (l *Live) printHint(s webhook.Summary, a webhook.Attempt) {
	l.printHintOnce(display.Case{Summary: s, Attempt: a, Timeout: l.o.Style.Timeout})
}

// warnSignature says of a delivery that was forwarded without a valid signature why that is not valid.
func (l *Live) warnSignature(s webhook.Summary) {
	if l.o.Quiet && s.Status == webhook.StatusDelivered {
		return
	}
	switch s.Verdict {
	case webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed:
		l.printHintOnce(display.Case{Summary: s, ExplainVerdict: true})
	}
}

// printHintOnce shows the hint that a case has, unless it was said. The whole delivery comes before it where that is asked for, once.
func (l *Live) printHintOnce(c display.Case) {
	s, whole := c.Summary, l.o.Verbose && !c.ExplainVerdict
	// What the cause of a verdict is, and so whether it was said, only a diagnosis tells.
	diagnoses := (s.Status == webhook.StatusRejected || c.ExplainVerdict) && l.o.Diagnose != nil && l.budget.allows(s.BodyBytes, l.o.Now())
	if !diagnoses && !whole && l.hints.Known(c, l.o.Style) {
		return
	}
	d, err := l.o.Feed.Get(l.ctx, s.ID)
	if err != nil {
		return // pruned since, or the log can't be read: the row stands
	}
	if whole {
		l.o.Printer.Contents(d)
	}
	c.Header = d.Header
	if diagnoses {
		found := l.o.Diagnose(d, maxDiagnosisWork)
		l.budget.spend(found.Work)
		c.Findings, c.Incomplete = found.Findings, found.Incomplete
	}
	if h, ok := l.hints.Next(c, l.o.Style); ok {
		l.o.Printer.Hint(s.ID, h)
	}
}
