package dispatch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// fail puts into the attempt why there is no whole answer.
func (x *exchange) fail(t *try, err error) {
	a := &x.attempt
	ended := x.ctx.Err() != nil && x.isEnd(err)
	switch {
	case ended && x.caller.Err() != nil:
		a.Failure, a.Error = webhook.FailureCanceled, "Interrupted before it answered."
	case ended:
		a.Failure, a.Error = webhook.FailureTimeout, x.tooLate(t)
	default:
		a.Failure, a.Error = x.diagnose(t, err)
	}
}

// isEnd reports whether err is how an exchange ends with its context. The handler may have failed in that same moment: then it is the
// handler's failure that counts.
func (x *exchange) isEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Cause(x.ctx))
}

func (x *exchange) tooLate(t *try) string {
	within := spell(x.sender.options.Timeout)
	if errors.Is(context.Cause(x.ctx), errSilence) {
		within = spell(x.sender.options.Silence)
	}
	switch {
	case !t.connected:
		return fmt.Sprintf("No connection to %s within %s.", x.target.Host(), within)
	case x.attempt.Code != 0:
		return fmt.Sprintf("No whole answer within %s.", within)
	}
	return fmt.Sprintf("No answer within %s.", within)
}

// diagnose tells failures apart once the connection, or its lack, is known.
func (x *exchange) diagnose(t *try, err error) (webhook.Failure, string) {
	var code codeError
	switch {
	case !t.connected && x.stale != nil && isRefused(err):
		return webhook.FailureRefused,
			fmt.Sprintf("It closed the connection, and nothing is listening on %s any more. Is your server running?", x.target.Host())
	case !t.connected:
		return explainConnect(x.target, err)
	case errors.As(err, &code):
		return webhook.FailureBadResponse, fmt.Sprintf("It answered %d, which is no final answer. Is it the right path?", int(code))
	}
	if kind, text := explainTLS(x.target, err); kind != "" {
		return kind, text
	}
	if t.conn != nil && t.conn.below == nil && t.conn.speaksTLS() {
		return webhook.FailureNeedsTLS, fmt.Sprintf("%s speaks TLS. Write it as https://%s.", x.target.Host(), x.target.Host())
	}
	switch {
	case isTimeout(err):
		return webhook.FailureTimeout, fmt.Sprintf("The connection to %s was lost.", x.target.Host())
	case !t.answered() || isClosedByPeer(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return closed(x.attempt.Code)
	}
	return webhook.FailureBadResponse, fmt.Sprintf("The answer of %s is not proper HTTP. Is it the right port?", x.target.Host())
}

func closed(code int) (webhook.Failure, string) {
	if code != 0 {
		return webhook.FailureReset, "It closed the connection in the middle of its answer. Did it crash?"
	}
	return webhook.FailureReset, "It closed the connection without an answer. Did it crash?"
}

// explainConnect says why there was no connection to the target.
func explainConnect(t Target, err error) (webhook.Failure, string) {
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
			return webhook.FailureNoHost, fmt.Sprintf("There is no host %s. Is it spelled right?", t.url.Hostname())
		}
		return webhook.FailureNoHost, fmt.Sprintf("The name %s could not be looked up. Is this machine online?", t.url.Hostname())
	}
	switch kind := errnoFailure(err); {
	case kind == webhook.FailureRefused:
		return kind, fmt.Sprintf("Nothing is listening on %s. Is your server running?", t.Host())
	case kind == webhook.FailureNoRoute:
		return kind, fmt.Sprintf("No network leads to %s. Is the address right?", t.Host())
	case kind == webhook.FailureReset:
		return kind, fmt.Sprintf("%s cut the connection as it was made. Is it the right port?", t.Host())
	case isTimeout(err):
		return webhook.FailureTimeout, fmt.Sprintf("No connection to %s: nothing there answers.", t.Host())
	}
	return webhook.FailureUnexpected, fmt.Sprintf("It could not be sent: %v.", err)
}

func explainAddress(t Target, err *AddressError) string {
	if err.Addr == t.Host() {
		return fmt.Sprintf("%s %s.", t.Host(), err.Reason)
	}
	return fmt.Sprintf("%s leads to %s, which %s.", t.Host(), err.Addr, err.Reason)
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

// spell writes a time-out as people do: 10 s, 1.5 s, 250 ms, 10 min.
func spell(d time.Duration) string {
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
