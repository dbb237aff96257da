package webhook

import (
	"cmp"
	"time"
)

// Failure is the kind of reason why an attempt got no response. It is empty if there was a response.
type Failure string

// The failures. Each needs a different remedy.
const (
	FailureRefused    Failure = "connection_refused" // nothing listens at the target
	FailureNoHost     Failure = "no_such_host"       // the host name does not resolve
	FailureNoRoute    Failure = "no_route"           // no network route leads to the target
	FailureNotAllowed Failure = "not_allowed"        // a dispatch.Guard forbids the target's address
	FailureTimeout    Failure = "timed_out"          // no complete response within the timeout
	FailureTLS        Failure = "tls"                // a failed handshake

	// An invalid certificate, by what is wrong with it.
	FailureTLSUnknownIssuer Failure = "tls_unknown_issuer" // not trusted by this machine, or self-signed
	FailureTLSNoSAN         Failure = "tls_no_san"         // a common name only, and no subject alternative name
	FailureTLSOtherName     Failure = "tls_other_name"     // for another host
	FailureTLSExpired       Failure = "tls_expired"        // expired, or not valid yet

	FailurePlainHTTP   Failure = "plain_http" // the target is https, but the server speaks HTTP
	FailureNeedsTLS    Failure = "needs_tls"  // the target is http, but the server speaks TLS
	FailureReset       Failure = "closed"     // the connection was closed without a response
	FailureStale       Failure = "stale"      // a reused connection closed while the delivery was sent; another attempt follows
	FailureBadResponse Failure = "bad_answer" // the response is not HTTP
	FailureCanceled    Failure = "canceled"   // the attempt was interrupted
	FailureUnexpected  Failure = "unexpected" // anything else
)

// Attempt is one try to hand a delivery to a handler.
type Attempt struct {
	N         int       // counts from 1 within the delivery
	Target    string    // the configured address
	URL       string    // the requested URL if it is not Target: Target with the delivery's Rest and Query
	StartedAt time.Time // UTC, in milliseconds
	Code      int       // 0 if there was no response
	Failure   Failure
	Error     string // why there was no response, in one or two sentences for users

	Duration  time.Duration // until the end of the response, or the failure
	Connect   time.Duration // until the connection was established; 0 if it was reused
	FirstByte time.Duration // until the first byte of the response

	Header            Header
	Response          []byte   // the response body, truncated to a limit
	ResponseBytes     int64    // size of the response body, as far as it was read
	ResponseTruncated bool     // the response body was longer than the limit
	Masked            []string // names in Header whose values were masked in the recording that the delivery was imported from
}

// RequestURL returns the URL that the attempt requested.
func (a Attempt) RequestURL() string { return cmp.Or(a.URL, a.Target) }

// Status returns the status of a delivery whose only attempt this is.
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
