package vidiking

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// StatusError reports a response that is not a success. Body and ContentType are outside text, with the API key and the request's secrets
// masked.
type StatusError struct {
	Meta

	Call        string // such as PUT /webhooks
	Body        string // the beginning
	ContentType string
	Sandbox     bool

	retryAfter time.Duration // negative if absent
}

func (e *StatusError) Error() string {
	switch {
	case e.RejectsKey():
		return fmt.Sprintf("Vidiking rejected the API key (%s: %s)", e.Call, codeText(e.Code))
	case e.Code == http.StatusTooManyRequests:
		return fmt.Sprintf("Vidiking's rate limit is exceeded (%s: %s)", e.Call, codeText(e.Code))
	}
	return fmt.Sprintf("Vidiking responded with %s to %s", codeText(e.Code), e.Call)
}

// RejectsKey reports whether the API key is the reason.
func (e *StatusError) RejectsKey() bool {
	return e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden
}

func codeText(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprint(code)
}

// ResponseError reports a successful response with an undocumented body. Body is outside text, masked as in StatusError.
type ResponseError struct {
	Meta

	Call string
	Msg  string // the problem, as it follows "the response" in a sentence
	Body string
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("the response to %s %s", e.Call, e.Msg)
}

// RedirectError reports a redirect, which is not followed. To is outside text.
type RedirectError struct {
	Call string
	Code int
	To   string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("the response to %s is a redirect (%s), which is not followed to protect the API key", e.Call, codeText(e.Code))
}

// Reason is why there was no response.
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

// UnreachableError reports that there was no response, and why.
type UnreachableError struct {
	Reason Reason
	Host   string
	Msg    string // a short phrase
	Sent   bool   // the request may have arrived
	Err    error
}

func (e *UnreachableError) Error() string { return "cannot reach " + e.Host + ": " + e.Msg }
func (e *UnreachableError) Unwrap() error { return e.Err }

// OutcomeUnknown reports whether a failed call may have been carried out: it was sent without a response, or the response indicates a
// server error.
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

// interruptedError reports that the caller canceled a call.
type interruptedError struct {
	sent bool
	err  error
}

func (e *interruptedError) Error() string { return e.err.Error() }
func (e *interruptedError) Unwrap() error { return e.err }
