package dispatch

import (
	"context"
	"errors"
	"net/http"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const noTargetMessage = "There is no target."

// UnreachableError reports why connecting to a target failed.
type UnreachableError struct {
	Failure webhook.Failure
	Message string // one or two sentences for the user
	Err     error
}

// Error returns the message.
func (e *UnreachableError) Error() string { return e.Message }

// Unwrap returns the cause, if known.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Reachable checks whether anything listens at the target. It opens a TCP connection and closes it immediately; for localhost it
// tries ::1 and 127.0.0.1. It sends nothing and does no TLS handshake. The error is an *UnreachableError.
func (s *Sender) Reachable(ctx context.Context, t Target) error {
	if t.text == "" {
		return &UnreachableError{webhook.FailureUnexpected, noTargetMessage, nil}
	}
	timed, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	req := new(http.Request).WithContext(timed)
	req.URL, req.Header = &t.url, http.Header{}
	// The transport only serves to interpret host and port exactly as Send does.
	resp, err := s.probe.RoundTrip(req)
	switch {
	case errors.Is(err, errListening):
		return nil
	case err == nil: // impossible: the probe's dial functions always fail
		return resp.Body.Close()
	case ctx.Err() != nil:
		return &UnreachableError{webhook.FailureCanceled, canceledMessage, err}
	case timed.Err() != nil:
		return &UnreachableError{webhook.FailureTimeout, noConnectionWithin(t, formatTimeout(s.options.Timeout)), err}
	}
	kind, text := explainDialError(t, err)
	return &UnreachableError{kind, text, err}
}
