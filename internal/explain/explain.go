package explain

import (
	"cmp"
	"context"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Case is a delivery to explain.
type Case struct {
	Summary        webhook.Summary
	Header         webhook.Header // headers of the delivery
	Body           []byte
	SecretHint     string          // the secret that verified the delivery, masked; empty: unknown
	Attempt        webhook.Attempt // the latest attempt; zero if there is none
	Timeout        time.Duration   // timeout of the attempt; 0: Vidiking's 10 s
	Audience       Audience
	ExplainVerdict bool // explain the verdict of a forwarded delivery instead of its status

	// For a signature that is not valid: the results of a diagnosis, and whether the diagnosis stopped early.
	Findings   []webhook.Finding
	Incomplete bool
}

// CaseOf returns the case of a recorded delivery: the attempt that decides its status, and everything
// else that it needs.
func CaseOf(d webhook.Delivery) Case {
	c := Case{Summary: d.Summary, Header: d.Header, Body: d.Body, SecretHint: d.SecretHint, Audience: AudienceSender}
	c.Attempt = webhook.Deciding(d.History)
	return c
}

// Audience is the command that prints the explanation. It decides which flags the explanation can suggest.
type Audience int

// The audiences.
const (
	AudienceListen Audience = iota // listen, which reports by itself when the handler is back and what it missed
	AudienceSender                 // trigger or replay through a listen: hints say how to replay
	AudienceDirect                 // trigger or replay without a listen: its own flags apply
)

// Log is the part of the delivery log that holds evidence. *store.Reader implements it.
type Log interface {
	List(ctx context.Context, q store.Query) ([]webhook.Summary, error)
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
}

// Explainer explains deliveries. A nil Explainer, and one without a function, know less.
type Explainer struct {
	// OpenLog opens the delivery log, to compare a delivery with others to the same target.
	OpenLog func(ctx context.Context) (log Log, closeLog func(), err error)

	// Generated returns the secret that the program generated, masked, and when. The hint is empty if there is none.
	Generated func() (hint string, at time.Time)
	// EnvFile reports whether the .env file of the working directory holds a different secret than the masked one.
	EnvFile func(hint string) (differs bool)
	// Diagnose finds out how a digest was computed that a handler put in its response.
	Diagnose func(ctx context.Context, header webhook.Header, body []byte) signature.Diagnosis
}

// Explain explains why a delivery was not delivered and what to do. ok is false if the row and the handler's response say
// enough.
func (e *Explainer) Explain(ctx context.Context, c Case, st display.Style) (h display.Hint, ok bool) {
	if h, ok = Explain(c, st); !ok || h.Cause != refusal.CodeSignatureRefused || e == nil {
		return h, ok
	}
	if found := e.evidence(ctx, c); found != nil {
		h = display.Hint{Cause: display.Cause(found[0].Code), Target: h.Target, Findings: found}
		if found[0].Code == refusal.CodeSecretGenerated {
			h.Lead, h.Command = "Print it:", "vidiking listen --print-secret"
			return h, true
		}
		if found[0].Certainty == webhook.Certain {
			return h, true
		}
		_, h.Command = findOut(c, st)
		h.Lead = "Make sure:"
		if found[0].Certainty == webhook.Possible {
			h.Lead = "Find out more:"
		}
	}
	return h, true
}

// Delivery explains a recorded delivery.
func (e *Explainer) Delivery(ctx context.Context, d webhook.Delivery, st display.Style) (display.Hint, bool) {
	c := CaseOf(d)
	c.Timeout = st.Timeout
	return e.Explain(ctx, c, st)
}

// Delivery explains a recorded delivery by its response alone.
func Delivery(ctx context.Context, d webhook.Delivery, st display.Style) (display.Hint, bool) {
	return (*Explainer)(nil).Delivery(ctx, d, st)
}

// Explain explains a delivery by its response alone. It is cheap and needs neither headers nor body to know the cause, so that
// callers can find out whether they printed the explanation before.
func Explain(c Case, st display.Style) (h display.Hint, ok bool) {
	if c.Summary.Met {
		return display.Hint{}, false // the expectation was met
	}
	if c.Summary.Status == webhook.StatusRejected || c.ExplainVerdict {
		return explainVerdict(c, st)
	}
	// The attempt's status counts, because the delivery's is the worst of several targets.
	if c.Attempt.Status() == webhook.StatusDelivered {
		h, ok = explainPage(c)
	} else if c.Attempt.Target != "" || c.Attempt.Code != 0 || c.Attempt.Failure != "" {
		h, ok = explainResponse(c, st)
	}
	if ok {
		h.Target = st.Clean(c.Attempt.Target)
	}
	return h, ok
}

// Findings returns an explanation as findings, for programs.
func Findings(h display.Hint) []webhook.Finding {
	if len(h.Findings) > 0 {
		return h.Findings
	}
	f := h.Finding
	f.Code = cmp.Or(f.Code, string(h.Cause))
	if f.Certainty == "" {
		f.Certainty = webhook.Likely
	}
	return []webhook.Finding{f}
}
