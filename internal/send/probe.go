package send

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// printConclusion prints which form of the signature the handler expects. A probe shows this if the handler refused the delivery with
// one form and accepts it with the other.
func (r *Runner) printConclusion(probe webhook.Delivery, a webhook.Attempt) {
	if !probe.Probe || r.replayed == nil || !explain.RefusesSignature(webhook.LatestAt(r.replayed.History, a.Target)) {
		return
	}
	n := output.Notice{Code: "signature_form"}
	id := display.CommandID(r.replayed.ID, r.options.Output.Style)
	switch {
	case explain.RefusesSignature(a):
		n.Message = "Your handler refuses both forms, so the form is not the cause."
		n.Details = []string{"It uses another secret, or hashes the parsed body instead of the raw bytes."}
		r.options.Printer.Notice(n)
		return
	case a.Status() != webhook.StatusDelivered:
		return
	case styleOf("", probe.Header) == signature.StyleBare:
		n.Message = "Your handler expects bare hex: strip `sha256=` from the header, then replay " + id + "."
	default:
		n.Message = "Your handler expects sha256=<hex>: prepend `sha256=` to the computed signature, then replay " + id + "."
	}
	n.Hint = "vidiking replay " + id
	if r.to.explicitTarget != "" {
		n.Hint += " --to " + r.to.explicitTarget
	}
	n.Details = []string{n.Hint}
	r.options.Printer.Notice(n)
}
