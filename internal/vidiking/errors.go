package vidiking

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// StatusError is an answer that is no success. Body and ContentType are outside text; the API key and what was secret in the request
// are masked in them.
type StatusError struct {
	Meta

	Call        string // as in PUT /webhooks
	Body        string // its beginning
	ContentType string
	Sandbox     bool

	retryAfter time.Duration // negative where it does not say
}

func (e *StatusError) Error() string {
	switch {
	case e.RejectsKey():
		return fmt.Sprintf("Vidiking refused the API key (%s: %s)", e.Call, codeText(e.Code))
	case e.Code == http.StatusTooManyRequests:
		return fmt.Sprintf("Vidiking's rate limit is used up (%s: %s)", e.Call, codeText(e.Code))
	}
	return fmt.Sprintf("Vidiking answered %s to %s", codeText(e.Code), e.Call)
}

// RefusesKey reports whether the key is the reason.
func (e *StatusError) RejectsKey() bool {
	return e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden
}

func codeText(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprint(code)
}

// AnswerError is a success whose body is not what is documented. Body is outside text, as in a StatusError.
type ResponseError struct {
	Meta

	Call string
	Msg  string // what goes on from "the answer"
	Body string
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("the answer to %s %s", e.Call, e.Msg)
}

// RedirectError is an answer that points elsewhere. Nothing goes there. To is outside text.
type RedirectError struct {
	Call string
	Code int
	To   string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("the answer to %s (%s) leads elsewhere, where the API key is not sent", e.Call, codeText(e.Code))
}

// Reason is why there was no answer.
type Reason string

// The reasons.
const (
	ReasonNoHost      Reason = "no_such_host"
	ReasonNoRoute     Reason = "no_route"
	ReasonRefused     Reason = "connection_refused"
	ReasonTLS         Reason = "tls"
	ReasonTimeout     Reason = "timed_out"
	ReasonClosed      Reason = "closed"
	ReasonProxy       Reason = "proxy"
	ReasonBadResponse Reason = "bad_response"
)

// UnreachableError says that there was no answer, and why.
type UnreachableError struct {
	Reason Reason
	Host   string
	Msg    string // a few words without a full stop
	Sent   bool   // the request may have arrived
	Err    error
}

func (e *UnreachableError) Error() string { return e.Host + " can't be reached: " + e.Msg }
func (e *UnreachableError) Unwrap() error { return e.Err }

// MayHaveHappened reports whether a call that ended with err may have been carried out all the same: there was no answer to what was
// sent, or one that speaks of a fault on the other side.
func OutcomeUnknown(err error) bool {
	var status *StatusError
	var unreachable *UnreachableError
	var malformed *ResponseError
	var interrupted *interruptedError
	switch {
	case errors.As(err, &status):
		return status.Code >= http.StatusInternalServerError
	case errors.As(err, &unreachable):
		return unreachable.Sent
	case errors.As(err, &interrupted):
		return interrupted.sent
	}
	return errors.As(err, &malformed)
}

// interruptedError is the end of a call that its caller gave up.
type interruptedError struct {
	sent bool
	err  error
}

func (e *interruptedError) Error() string { return e.err.Error() }
func (e *interruptedError) Unwrap() error { return e.err }
