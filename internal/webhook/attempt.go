package webhook

import (
	"cmp"
	"time"
)

// Failure says by kind why an attempt has no answer. It is empty where there is one.
type Failure string

// The failures, told apart because what to do about each differs.
const (
	FailureRefused     Failure = "connection_refused" // nothing listens there
	FailureNoHost      Failure = "no_such_host"       // the name does not resolve
	FailureNoRoute     Failure = "no_route"           // the network does not lead there
	FailureNotAllowed  Failure = "not_allowed"        // the target's address may not be connected to: see dispatch.Guard
	FailureTimeout     Failure = "timed_out"          // no whole answer within the time-out
	FailureTLS         Failure = "tls"                // the certificate or the handshake
	FailurePlainHTTP   Failure = "plain_http"         // the target is https, and what answered speaks http
	FailureNeedsTLS    Failure = "needs_tls"          // the target is http, and what answered speaks TLS
	FailureReset       Failure = "closed"             // the connection ended without an answer
	FailureStale       Failure = "stale"              // a reused connection ended as the delivery was sent on it; another attempt follows
	FailureBadResponse Failure = "bad_answer"         // something answered that is no HTTP
	FailureCanceled    Failure = "canceled"           // we gave up: interrupted while it was under way
	FailureUnexpected  Failure = "unexpected"         // none of the above
)

// Attempt is one try to hand a delivery to a handler.
type Attempt struct {
	N         int       // 1 for a delivery's first
	Target    string    // the configured address
	URL       string    // what was called, if it is not Target itself: Target with the delivery's Rest and Query
	StartedAt time.Time // UTC, to the millisecond
	Code      int       // 0 where there was no answer
	Failure   Failure
	Error     string // for people, where there was no answer: one sentence, or two

	Duration  time.Duration // from the first step to the whole answer, or to the failure
	Connect   time.Duration // to the connection; 0 where one was kept open from before
	FirstByte time.Duration // to the first byte of the answer

	Header            Header
	Response          []byte   // the answer's body, up to a cap
	ResponseBytes     int64    // how long the answer's body was, as far as it was read
	ResponseTruncated bool     // the answer's body was longer than the cap
	Masked            []string // names in Header whose values were left out of the recording that it was imported from
}

// RequestURL is the URL that was called.
func (a Attempt) RequestURL() string { return cmp.Or(a.URL, a.Target) }

// Status is the status of a delivery that has this attempt alone.
func (a Attempt) Status() Status {
	switch {
	case a.Failure == FailureTimeout:
		return StatusTimedOut
	case a.Failure != "" || a.Code == 0:
		return StatusUnreachable
	case a.Code >= 200 && a.Code <= 299: // Vidiking counts any 2xx as delivered (docs: Webhooks, Retry Policy).
		return StatusDelivered
	default:
		return StatusRefused
	}
}
