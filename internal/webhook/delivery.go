package webhook

import (
	"slices"
	"time"
)

// Origin is the source of a delivery.
type Origin string

// The origins.
const (
	OriginTunnel   Origin = "tunnel"   // the internet
	OriginLocal    Origin = "local"    // a POST to the loopback ingress by an unknown program
	OriginTrigger  Origin = "trigger"  // a sample or custom payload, sent by `trigger`
	OriginReplay   Origin = "replay"   // a replay of a recorded delivery
	OriginEmulator Origin = "emulator" // the emulator of the provider
)

// Origins returns all origins.
func Origins() []Origin {
	return []Origin{OriginTunnel, OriginLocal, OriginTrigger, OriginReplay, OriginEmulator}
}

// Verdict is the result of a signature check.
type Verdict string

// The verdicts.
const (
	VerdictValid     Verdict = "valid"
	VerdictInvalid   Verdict = "invalid"   // well-formed, but for another body or secret
	VerdictMissing   Verdict = "missing"   // no signature header
	VerdictMalformed Verdict = "malformed" // the signature header cannot be a signature
	VerdictUnchecked Verdict = "unchecked" // no secret known, or checks are turned off
)

// Verdicts returns all verdicts.
func Verdicts() []Verdict {
	return []Verdict{VerdictValid, VerdictInvalid, VerdictMissing, VerdictMalformed, VerdictUnchecked}
}

// Summary is a delivery without headers, body and attempts. It has everything that a row shows.
type Summary struct {
	ID         ID
	Session    string    // the `listen` session that received it; empty if there was none
	ReceivedAt time.Time // UTC, in milliseconds
	Origin     Origin
	Event      string // empty if the body is not a payload
	About      string // the subject, such as a job id or an amount; may be empty
	Status     Status
	Verdict    Verdict
	SecretHint string // the masked secret that verified it; empty unless the verdict is valid
	ReplayOf   ID     // the delivery that this one replays
	ResolvedBy ID     // the last delivery that was needed to resolve this failed one; see Resolutions
	SameBodyAs ID     // an earlier delivery with the same bytes; never set on a replay
	BodyBytes  int64
	Masked     []string // headers whose values were masked in the imported recording: a replay omits them, and needs a new signature

	Method      string   // request method; like Path and Query, empty if the delivery did not arrive at an ingress
	Path        string   // escaped request path: /webhooks/vidiking/order/42
	Rest        string   // escaped part of Path below the ingress path: /order/42. A replay sends it and Query again
	Query       string   // raw query without the "?"
	MaskedQuery []string // parameters whose values were masked in the imported recording; a replay omits them
	Host        string   // the Host header that the user chose for this delivery; empty for the target's own

	Project        string // the project's directory; empty if unknown. Never exported
	Imported       bool   // from a recording: session, targets and attempts belong to another log
	Probe          bool   // sent to test a handler; excluded from `last`, failed deliveries and counts
	Routed         bool   // sent where its project's routes pointed at the time, rather than to explicitly chosen targets
	ExpectedStatus string // the expected response codes, as given to --expect-status: 401, 4xx
	Met            bool   // the response was as expected

	Attempts int // the number of attempts

	// Copied from the attempt that decides the status (see Deciding); zero without attempts.
	Target   string
	Code     int
	Duration time.Duration
	Failure  Failure
}

// Failed reports whether the delivery was refused, unreachable or timed out, and is not resolved. Neither probes nor deliveries that
// met their expectation count as failed.
func (s Summary) Failed() bool { return s.Status.Failed() && s.ResolvedBy == "" && !s.Probe && !s.Met }

// Repeated reports whether these bytes arrived before, as a replay or as the provider's retry.
func (s Summary) Repeated() bool { return s.ReplayOf != "" || s.SameBodyAs != "" }

// Delivery is one arrival or sending of a payload, with all its data.
type Delivery struct {
	Summary
	Header  Header
	Body    []byte // exactly as it arrived; never re-encoded or truncated
	History []Attempt

	// Resolutions maps each target where this delivery failed to a later delivery of the same bytes that succeeded there.
	Resolutions map[string]ID
}

// ReplayTargets returns the targets of a replay when no running listen routes it: every target whose latest attempt failed and is
// not resolved; if there is none, every target whose latest attempt failed; otherwise every target. They are in the order of
// their first attempts.
func (d Delivery) ReplayTargets() []string {
	var all, failed, open []string
	for _, a := range d.History {
		if slices.Contains(all, a.Target) {
			continue
		}
		all = append(all, a.Target)
		if latest := LatestAt(d.History, a.Target); latest.Status().Failed() {
			failed = append(failed, a.Target)
			if d.Resolutions[a.Target] == "" {
				open = append(open, a.Target)
			}
		}
	}
	switch {
	case len(open) > 0:
		return open
	case len(failed) > 0:
		return failed
	}
	return all
}
