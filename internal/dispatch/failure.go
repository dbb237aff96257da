package dispatch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// fail records in the attempt why there is no complete response.
func (x *exchange) fail(t *try, err error) {
	a := &x.attempt
	ended := x.ctx.Err() != nil && x.isContextEnd(err)
	switch {
	case ended && x.caller.Err() != nil:
		a.Failure, a.Error = webhook.FailureCanceled, canceledMessage
	case ended:
		a.Failure, a.Error = webhook.FailureTimeout, x.timeoutMessage(t)
	default:
		a.Failure, a.Error = x.diagnose(t, err)
	}
}

const canceledMessage = "Interrupted before the handler responded."

// isContextEnd reports whether err is the result of the context ending. If the handler fails at the same moment, the handler's
// failure is reported instead.
func (x *exchange) isContextEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Cause(x.ctx)) ||
		errors.Is(err, os.ErrDeadlineExceeded) // see directConn.abort
}

func (x *exchange) timeoutMessage(t *try) string {
	within := formatTimeout(x.sender.options.Timeout)
	if errors.Is(context.Cause(x.ctx), errSilence) {
		within = formatTimeout(x.sender.options.Silence)
	}
	switch {
	case !t.connected:
		return noConnectionWithin(x.target, within)
	case x.attempt.Code != 0:
		return fmt.Sprintf("The response was not complete within %s.", within)
	}
	return fmt.Sprintf("No response within %s.", within)
}

func noConnectionWithin(t Target, within string) string {
	return fmt.Sprintf("Could not connect to %s within %s.", t.Host(), within)
}

// diagnose explains a failure other than the end of the context.
func (x *exchange) diagnose(t *try, err error) (webhook.Failure, string) {
	var code statusCodeError
	switch {
	case !t.connected && x.stale != nil && isRefused(err):
		return webhook.FailureRefused,
			fmt.Sprintf("The handler closed the connection, and nothing is listening on %s now. Is your server running?", x.target.Host())
	case !t.connected:
		return explainDialError(x.target, err)
	case errors.As(err, &code):
		return webhook.FailureBadResponse, fmt.Sprintf("The handler responded with %d, which is not a final status. Is the path right?", int(code))
	}
	if kind, text := explainTLS(x.target, err); kind != "" {
		return kind, text
	}
	if t.conn != nil && t.conn.below == nil && t.conn.speaksTLS() {
		return webhook.FailureNeedsTLS, fmt.Sprintf("%s speaks TLS. Use https://%s instead.", x.target.Host(), x.target.Host())
	}
	switch {
	case isTimeout(err):
		return webhook.FailureTimeout, fmt.Sprintf("The connection to %s was lost.", x.target.Host())
	case !t.responded() || isClosedByPeer(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return webhook.FailureReset, closedMessage(x.attempt.Code)
	}
	return webhook.FailureBadResponse, fmt.Sprintf("The response from %s is not valid HTTP. Is it the right port?", x.target.Host())
}

func closedMessage(code int) string {
	if code != 0 {
		return "The handler closed the connection before its response was complete. Did it crash?"
	}
	return "The handler closed the connection without a response. Did it crash?"
}

// explainDialError explains why connecting to the target failed.
func explainDialError(t Target, err error) (webhook.Failure, string) {
	if kind, text := explainTLS(t, err); kind != "" {
		return kind, text
	}
	var address *AddressError
	if errors.As(err, &address) {
		return webhook.FailureNotAllowed, explainAddress(t, address)
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		if lookup.IsNotFound {
			return webhook.FailureNoHost, fmt.Sprintf("There is no host named %s. Is it spelled correctly?", t.url.Hostname())
		}
		return webhook.FailureNoHost, fmt.Sprintf("Could not look up the host name %s. Is this machine online?", t.url.Hostname())
	}
	switch kind := errnoFailure(err); {
	case kind == webhook.FailureRefused:
		return kind, fmt.Sprintf("Nothing is listening on %s. Is your server running?", t.Host())
	case kind == webhook.FailureNoRoute:
		return kind, fmt.Sprintf("There is no network route to %s. Is the address right?", t.Host())
	case kind == webhook.FailureReset:
		return kind, fmt.Sprintf("%s closed the connection immediately. Is it the right port?", t.Host())
	case isTimeout(err):
		return webhook.FailureTimeout, fmt.Sprintf("Could not connect to %s: the host did not respond.", t.Host())
	}
	return webhook.FailureUnexpected, fmt.Sprintf("The delivery could not be sent: %v.", err)
}

func explainAddress(t Target, err *AddressError) string {
	if err.Addr == t.Host() {
		return fmt.Sprintf("%s %s.", t.Host(), err.Reason)
	}
	return fmt.Sprintf("%s resolves to %s, which %s.", t.Host(), err.Addr, err.Reason)
}

func errnoFailure(err error) webhook.Failure {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return ""
	}
	return failureOf(number)
}

func isRefused(err error) bool      { return errnoFailure(err) == webhook.FailureRefused }
func isClosedByPeer(err error) bool { return errnoFailure(err) == webhook.FailureReset }

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}

// formatTimeout formats a timeout for messages: 10 s, 1.5 s, 250 ms, 10 min.
func formatTimeout(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%g ms", float64(d)/float64(time.Millisecond))
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%g s", d.Seconds())
}
