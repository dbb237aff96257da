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

// errNotLoopback aborts a connection that would send the key over plain http to another machine.
var errNotLoopback = errors.New("localhost resolves to another machine")

// requestTrace records how far a request got.
type requestTrace struct{ sent atomic.Bool }

func (w *requestTrace) clientTrace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// From here on the server may have the whole request: a small body is sent together with the header.
		WroteHeaderField: func(string, []string) { w.sent.Store(true) },
	}
}

// unreachable converts an error of net/http to an UnreachableError.
func (c *Client) unreachable(ctx, timed context.Context, w *requestTrace, err error) error {
	if cause := ctx.Err(); cause != nil {
		return &interruptedError{sent: w.sent.Load(), err: cause}
	}
	e := &UnreachableError{Host: c.o.Base.Host(), Sent: w.sent.Load(), Err: err}
	e.Reason, e.Msg = diagnose(err)
	if timed.Err() != nil && e.Reason != ReasonProxy {
		e.Reason, e.Msg = ReasonTimeout, "no connection within "+c.o.Timeout.String()
		if e.Sent {
			e.Msg = "no response within " + c.o.Timeout.String()
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
		return ReasonProxy, "cannot connect to the proxy"
	case errors.Is(err, errNotLoopback):
		return ReasonNoHost, errNotLoopback.Error()
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return ReasonNoHost, "no such host"
	case errors.As(err, &lookup):
		return ReasonNoHost, "the host name lookup failed"
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
		return ReasonTimeout, "no response"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ReasonClosed, "the connection was closed before the response was complete"
	}
	return ReasonBadResponse, "the response is not valid HTTP"
}

// proxyError reports that a proxy rejected the connection.
type proxyError struct{ code int }

func (e *proxyError) Error() string { return "the proxy rejected the connection: " + codeText(e.code) }

// checkProxyResponse gives a proxy's rejection a type, which net/http lacks.
func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &proxyError{resp.StatusCode}
	}
	return nil
}

// tlsReason describes a TLS error. It returns "" for other errors.
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
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"): // net/http has no type for this error
		return "the server does not speak TLS"
	case errors.As(err, &name):
		return "its certificate is for another host"
	case errors.As(err, &authority):
		return "its certificate is from an authority that this machine does not trust"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or this machine's clock is wrong"
	case errors.As(err, &unverified):
		return "its certificate cannot be verified"
	case errors.As(err, &alert), errors.As(err, &op) && op.Op == "remote error":
		return "the server ended the TLS connection"
	}
	return ""
}

// Texts for system error numbers, which differ between systems.
const (
	refusedText = "nothing is listening there"
	noRouteText = "there is no route to the host"
	closedText  = "the connection was reset"
	timeoutText = "no response"
)
