package vidiking

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
)

// errElsewhere ends a connection that would take the key over plain http to another machine.
var errNotLoopback = errors.New("localhost leads to another machine")

// way is how far a try got.
type requestTrace struct{ sent atomic.Bool }

func (w *requestTrace) clientTrace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// From here on the other side may have all of it: a body as small as ours goes in one piece with its head.
		WroteHeaderField: func(string, []string) { w.sent.Store(true) },
	}
}

// unreachable turns what net/http says into a reason.
func (c *Client) unreachable(ctx, timed context.Context, w *requestTrace, err error) error {
	if cause := ctx.Err(); cause != nil {
		return &interruptedError{sent: w.sent.Load(), err: cause}
	}
	e := &UnreachableError{Host: c.o.Base.Host(), Sent: w.sent.Load(), Err: err}
	e.Reason, e.Msg = diagnose(err)
	if timed.Err() != nil && e.Reason != ReasonProxy {
		e.Reason, e.Msg = ReasonTimeout, "no connection within "+c.o.Timeout.String()
		if e.Sent {
			e.Msg = "no answer within " + c.o.Timeout.String()
		}
	}
	return e
}

func diagnose(err error) (Reason, string) {
	var lookup *net.DNSError
	var op *net.OpError
	var proxyErr *proxyError
	switch {
	case errors.As(err, &proxyErr):
		return ReasonProxy, proxyErr.Error()
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return ReasonProxy, "there is no connection to the proxy"
	case errors.Is(err, errNotLoopback):
		return ReasonNoHost, errNotLoopback.Error()
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return ReasonNoHost, "there is no such host"
	case errors.As(err, &lookup):
		return ReasonNoHost, "its name could not be looked up"
	}
	if why := tlsReason(err); why != "" {
		return ReasonTLS, why
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		if reason, why := reasonOf(number); reason != "" {
			return reason, why
		}
	}
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return ReasonTimeout, "nothing there answers"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ReasonClosed, "the connection was closed before the whole answer was there"
	}
	return ReasonBadResponse, "what came is no proper HTTP"
}

// proxyError is the answer of a proxy that lets nothing through.
type proxyError struct{ code int }

func (e *proxyError) Error() string { return "the proxy does not let it through: " + codeText(e.code) }

// proxyAnswer gives the refusal of a proxy a type, which net/http does not.
func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &proxyError{resp.StatusCode}
	}
	return nil
}

// tlsTrouble says what is wrong with TLS; "" where it is something else.
func tlsReason(err error) string {
	var (
		record     tls.RecordHeaderError
		name       x509.HostnameError
		authority  x509.UnknownAuthorityError
		invalid    x509.CertificateInvalidError
		unverified *tls.CertificateVerificationError
		alert      tls.AlertError
		op         *net.OpError
	)
	switch {
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"): // net/http has no type for it
		return "it does not speak TLS"
	case errors.As(err, &name):
		return "its certificate is for another host"
	case errors.As(err, &authority):
		return "its certificate is from nobody this machine trusts"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or this machine's clock is wrong"
	case errors.As(err, &unverified):
		return "its certificate does not verify"
	case errors.As(err, &alert), errors.As(err, &op) && op.Op == "remote error":
		return "it ended TLS"
	}
	return ""
}

// What an error number of the system says; each system has its own numbers.
const (
	refusedText = "nothing is listening there"
	noRouteText = "no network leads there"
	closedText  = "the connection was cut"
	timeoutText = "nothing there answers"
)
