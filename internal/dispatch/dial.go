package dispatch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// loopbackHeadStart is how long dialing ::1 may take before 127.0.0.1 is tried too: the Connection Attempt Delay of RFC 8305,
// section 5. It rarely matters, because a loopback address connects or refuses immediately (net ensures this on Windows).
const loopbackHeadStart = 250 * time.Millisecond

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialer connects to handlers.
type dialer struct {
	timeout time.Duration
	tls     *tls.Config
	tcp     dialFunc
	guard   Guard // nil: every connection is allowed
}

func newDialer(timeout time.Duration, config *tls.Config, g Guard) *dialer {
	return &dialer{timeout, config, guarded(&net.Dialer{Timeout: timeout}, g).DialContext, g}
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// handshakeError is a TLS handshake that failed after the TCP connection was established.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	tcp, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: tcp}
	config := d.tls.Clone()
	config.ServerName = host
	secured := tls.Client(c, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, &handshakeError{err}
	}
	return &conn{Conn: secured, below: c}, nil
}

// errListening ends a probe that connected.
var errListening = errors.New("the port is open")

// probe connects and closes the connection again. It always returns an error, so that net/http sends nothing.
func (d *dialer) probe(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	_ = c.Close()
	return nil, errListening
}

func (d *dialer) connect(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if d.guard != nil {
		if err := d.guard.Host(net.JoinHostPort(strings.ToLower(strings.TrimSuffix(host, ".")), port)); err != nil {
			return nil, err
		}
	}
	if err == nil && hosts.IsLocalhost(host) {
		return d.connectLoopback(ctx, port)
	}
	return d.tcp(ctx, network, address)
}

type dialResult struct {
	conn net.Conn
	err  error
}

// connectLoopback connects to ::1 or 127.0.0.1, whichever connects first. A handler that listens on "localhost" may be on either:
// Node uses the resolver's first address, Flask uses 127.0.0.1.
func (d *dialer) connectLoopback(ctx context.Context, port string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan dialResult, 2)
	start := func(host string) {
		c, err := d.tcp(ctx, "tcp", net.JoinHostPort(host, port))
		results <- dialResult{c, err}
	}
	go start("::1")
	headStart := time.NewTimer(loopbackHeadStart)
	defer headStart.Stop()
	select {
	case r := <-results:
		if r.err == nil {
			return r.conn, nil
		}
		results <- r
	case <-headStart.C:
	}
	go start("127.0.0.1")
	first := <-results
	if first.err == nil {
		go closeNext(results)
		return first.conn, nil
	}
	second := <-results
	if second.err == nil {
		return second.conn, nil
	}
	return nil, preferredError(first.err, second.err)
}

func closeNext(results <-chan dialResult) {
	if r := <-results; r.err == nil {
		_ = r.conn.Close()
	}
}

// preferredError chooses which of two dial errors to report. A forbidden address comes first, then a refused connection. The other
// error usually only means that the machine has no IPv6.
func preferredError(a, b error) error {
	var address *AddressError
	if errors.As(a, &address) || isRefused(a) && !errors.As(b, &address) {
		return a
	}
	return b
}
