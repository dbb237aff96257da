package rows

import (
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// printHint prints the hint for a delivery under its row.
func (l *View) printHint(s webhook.Summary, a webhook.Attempt) {
	l.printHintOnce(explain.Case{Summary: s, Attempt: a, Timeout: l.o.Style.Timeout})
}

// warnSignature explains why the signature of a forwarded delivery is not valid.
func (l *View) warnSignature(s webhook.Summary) {
	if l.o.Quiet && s.Status == webhook.StatusDelivered {
		return
	}
	switch s.Verdict {
	case webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed:
		l.printHintOnce(explain.Case{Summary: s, ExplainVerdict: true})
	}
}

// printHintOnce prints the hint for a case, unless it was printed before. If --verbose asks for the delivery's
// contents, they come first.
func (l *View) printHintOnce(c explain.Case) {
	s, whole := c.Summary, l.o.Verbose && !c.ExplainVerdict
	// Only a diagnosis finds the cause of a verdict, and thus whether its hint was printed before.
	diagnoses := (s.Status == webhook.StatusRejected || c.ExplainVerdict) && l.o.Diagnose != nil && l.budget.allows(s.BodyBytes, l.o.Now())
	if !diagnoses && !whole && l.hints.Known(c, l.o.Style) {
		return
	}
	d, err := l.o.Feed.Get(l.ctx, s.ID)
	if err != nil {
		return // pruned in the meantime, or the log cannot be read: the row is enough
	}
	if whole {
		l.o.Printer.Contents(d)
	}
	c.Header, c.Body, c.SecretHint = d.Header, d.Body, d.SecretHint
	if diagnoses {
		found := l.o.Diagnose(d, maxDiagnosisWork)
		l.budget.spend(found.Work)
		c.Findings, c.Incomplete = found.Findings, found.Incomplete
	}
	if h, ok := l.hints.Next(l.ctx, l.o.Explainer, c, l.o.Style); ok {
		l.o.Printer.Hint(s.ID, h)
	}
}
