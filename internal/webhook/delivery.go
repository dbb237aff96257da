package webhook

import (
	"slices"
	"time"
)

// Origin says where a delivery came from.
type Origin string

// The origins.
const (
	OriginTunnel   Origin = "tunnel"   // from the internet
	OriginLocal    Origin = "local"    // a POST to the loopback ingress by somebody unknown
	OriginTrigger  Origin = "trigger"  // a sample or a payload of the user's, sent by `trigger`
	OriginReplay   Origin = "replay"   // a recorded delivery, sent again
	OriginEmulator Origin = "emulator" // the emulator of the provider
)

// Origins lists every origin.
func Origins() []Origin {
	return []Origin{OriginTunnel, OriginLocal, OriginTrigger, OriginReplay, OriginEmulator}
}

// Verdict is what came of checking a signature.
type Verdict string

// The verdicts.
const (
	VerdictValid     Verdict = "valid"
	VerdictInvalid   Verdict = "invalid"   // well formed, and of another body or secret
	VerdictMissing   Verdict = "missing"   // no signature header
	VerdictMalformed Verdict = "malformed" // a signature header that no signature can look like
	VerdictUnchecked Verdict = "unchecked" // no secret known, or told not to check
)

// Verdicts lists every verdict.
func Verdicts() []Verdict {
	return []Verdict{VerdictValid, VerdictInvalid, VerdictMissing, VerdictMalformed, VerdictUnchecked}
}

// Summary is a delivery without its header, body and attempts: what a row shows.
type Summary struct {
	ID         ID
	Session    string    // of the `listen` that received it; empty where none was running
	ReceivedAt time.Time // UTC, to the millisecond
	Origin     Origin
	Event      string // empty where the body is no payload
	About      string // what it is about: a job's id, an amount; may be empty
	Status     Status
	Verdict    Verdict
	SecretHint string // the secret that verified it, masked; empty unless the verdict is valid
	ReplayOf   ID     // the delivery that this one sends again
	ResolvedBy ID     // the last delivery of the same bytes that was needed to make up for this one, which failed; see Resolutions
	SameBodyAs ID     // an earlier delivery with the same bytes; never set on a replay
	BodyBytes  int64
	Masked     []string // header names whose values were left out of the recording that it was imported from: it replays only with a new signature, and without them

	Method      string   // of the request that arrived; empty if the delivery did not arrive at an ingress, as are Path and Query
	Path        string   // that was called, escaped: /webhooks/vidiking/order/42
	Rest        string   // the escaped part of Path below the ingress path: /order/42. A replay sends it and Query again
	Query       string   // that was called, raw, without the "?"
	MaskedQuery []string // names in Query whose values were left out of the recording that it was imported from; a replay leaves them out
	Host        string   // the Host header that the user gave for this delivery; empty: the target's

	Project        string // the directory of the project that it belongs to; empty: unknown. Never exported
	Imported       bool   // from a recording: its session, targets and attempts are those of another log
	Probe          bool   // sent to test a handler: not in `last`, failed deliveries and counts
	Routed         bool   // sent where the routes of its project led then, rather than to targets chosen for it
	ExpectedStatus string // the response that the user expects, as given to --expect-status: 401, 4xx
	Met            bool   // the response was as expected

	Attempts int // how many there are

	// Of the attempt that decides the status, see Deciding; zero while there is none.
	Target   string
	Code     int
	Duration time.Duration
	Failure  Failure
}

// Failed reports whether the delivery was refused, unreachable or timed out, and is not resolved. Neither probes nor deliveries that
// met their expectation count as failed.
func (s Summary) Failed() bool { return s.Status.Failed() && s.ResolvedBy == "" && !s.Probe && !s.Met }

// Repeated reports whether these bytes had come before: a replay, or the provider's own retry.
func (s Summary) Repeated() bool { return s.ReplayOf != "" || s.SameBodyAs != "" }

// Delivery is one arrival or sending of a payload, whole.
type Delivery struct {
	Summary
	Header  Header
	Body    []byte // exactly as it arrived; never re-encoded, never cut
	History []Attempt

	// Resolutions say which delivery of the same bytes was delivered at a target, the key, after this one failed there.
	Resolutions map[string]ID
}

// ReplayTargets returns where a replay goes that no running listen routes: to each target whose latest attempt failed and that is not
// resolved; if there is none, to each whose latest attempt failed; if there is none of these either, to all. The order is that of the
// first attempts.
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
