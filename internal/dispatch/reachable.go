package dispatch

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const noTargetText = "There is no target."

// UnreachableError says why no connection could be made to a target.
type UnreachableError struct {
	Failure webhook.Failure
	Message string // for people: one sentence, or two
	Err     error
}

// Error is the message.
func (e *UnreachableError) Error() string { return e.Message }

// Unwrap is what was behind it; may be nil.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Reachable tries whether anything listens at the target: one TCP connection (of localhost, to each of its addresses until one
// takes it), closed again at once. Nothing is sent, and no TLS is spoken. The error is an *UnreachableError.
func (s *Sender) Reachable(ctx context.Context, t Target) error {
	if t.text == "" {
		return &UnreachableError{webhook.FailureUnexpected, noTargetText, nil}
	}
	timed, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	req := new(http.Request).WithContext(timed)
	req.URL, req.Header = &t.url, http.Header{}
	// Through a transport, though nothing of HTTP is spoken, so that name and port are understood as they are by Send.
	resp, err := s.probe.RoundTrip(req)
	switch {
	case errors.Is(err, errTouched):
		return nil
	case err == nil: // cannot be: the dialers of probe always fail
		return resp.Body.Close()
	case ctx.Err() != nil:
		return &UnreachableError{webhook.FailureCanceled, "Interrupted before it answered.", err}
	case timed.Err() != nil:
		text := fmt.Sprintf("No connection to %s within %s.", t.Host(), spell(s.options.Timeout))
		return &UnreachableError{webhook.FailureTimeout, text, err}
	}
	kind, text := explainConnect(t, err)
	return &UnreachableError{kind, text, err}
}
