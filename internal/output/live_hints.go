package output

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// under shows what belongs under a delivery's row.
func (l *Live) under(s webhook.Summary, a webhook.Attempt) {
	l.explain(display.Case{Summary: s, Attempt: a, Timeout: l.o.Style.Timeout})
}

// doubt says of a delivery that was forwarded without a valid signature why that is not valid.
func (l *Live) doubt(s webhook.Summary) {
	if l.o.Quiet && s.Status == webhook.StatusDelivered {
		return
	}
	switch s.Verdict {
	case webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed:
		l.explain(display.Case{Summary: s, Verdict: true})
	}
}

// explain shows the hint that a case has, unless it was said. The whole delivery comes before it where that is asked for, once.
func (l *Live) explain(c display.Case) {
	s, whole := c.Summary, l.o.Verbose && !c.Verdict
	// What the cause of a verdict is, and so whether it was said, only a diagnosis tells.
	diagnoses := (s.Status == webhook.StatusRejected || c.Verdict) && l.o.Diagnose != nil && l.spare.allows(s.BodyBytes, l.o.Now())
	if !diagnoses && !whole && l.hints.Knows(c, l.o.Style) {
		return
	}
	d, err := l.o.Feed.Get(l.ctx, s.ID)
	if err != nil {
		return // pruned since, or the log can't be read: the row stands
	}
	if whole {
		l.o.Printer.Whole(d)
	}
	c.Header = d.Header
	if diagnoses {
		found := l.o.Diagnose(d, mostWork)
		l.spare.spend(found.Work)
		c.Findings, c.Undecided = found.Findings, found.Cut
	}
	if h, ok := l.hints.Next(c, l.o.Style); ok {
		l.o.Printer.Hint(s.ID, h)
	}
}
