package sendcmd

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// conclude says what follows from a probe: which form of the signature the handler expects, if it refused one form and accepted the
// other.
func (s *sending) conclude(probe webhook.Delivery, a webhook.Attempt) {
	if !probe.Probe || s.replayed == nil || !refusesSignature(webhook.LatestAt(s.replayed.History, a.Target)) {
		return
	}
	n := output.Notice{Code: "signature_form"}
	id := display.CommandID(s.replayed.ID, s.style)
	switch {
	case refusesSignature(a):
		n.Message = "Your handler refuses both forms, so the form is not the cause."
		n.Details = []string{"It uses another secret, or hashes the body it parsed instead of the bytes it received."}
		s.printer.Notice(n)
		return
	case a.Status() != webhook.StatusDelivered:
		return
	case styleOf("", probe.Header) == signature.StyleBare:
		n.Message = "Your handler expects bare hex: strip `sha256=`, then replay " + id + "."
	default:
		n.Message = "Your handler expects sha256=<hex>: put `sha256=` before what it computes, then replay " + id + "."
	}
	n.Hint = "vidiking replay " + id
	if s.to.named != "" {
		n.Hint += " --to " + s.to.named
	}
	n.Details = []string{n.Hint}
	s.printer.Notice(n)
}

// refusesSignature reports whether a response is how handlers refuse a signature.
func refusesSignature(a webhook.Attempt) bool { return a.Code == 401 || a.Code == 403 }
