package webhook

import "slices"

// The events that Vidiking documents (docs: Webhooks, Events). Other events are also forwarded.
const (
	EventRenderQueued     = "render.queued"
	EventRenderProcessing = "render.processing"
	EventRenderComplete   = "render.complete"
	EventRenderFailed     = "render.failed"
	EventAIComplete       = "ai.complete"
	EventAIFailed         = "ai.failed"
	EventWalletLowBalance = "wallet.low_balance"
	EventWalletDeposit    = "wallet.deposit"
)

// EventInfo describes one documented event.
type EventInfo struct {
	Name string // the value of "event" in a payload
	When string // a few words without a period
}

// Events returns the documented events in the order of the documentation.
func Events() []EventInfo {
	return []EventInfo{
		{EventRenderQueued, "a render job was queued"},
		{EventRenderProcessing, "a render job started processing"},
		{EventRenderComplete, "a render job finished"},
		{EventRenderFailed, "a render job failed"},
		{EventAIComplete, "an AI generation job completed"},
		{EventAIFailed, "an AI generation job failed"},
		{EventWalletLowBalance, "the balance dropped below the threshold"},
		{EventWalletDeposit, "funds were deposited"},
	}
}

// IsEvent reports whether name is one of the documented events.
func IsEvent(name string) bool {
	return slices.ContainsFunc(Events(), func(e EventInfo) bool { return e.Name == name })
}

// SignatureHeader is the header that carries the signature (docs: Webhooks, Verifying Signatures), in net/http's canonical form.
const SignatureHeader = "X-Vidiking-Signature"
