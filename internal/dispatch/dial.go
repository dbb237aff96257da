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

// loopbackHeadStart is how long 127.0.0.1 waits for ::1 to answer: the Connection Attempt Delay of RFC 8305, section 5. It is next
// to never waited for, since a loopback address connects or refuses at once, on Windows too (net sees to that).
const loopbackHeadStart = 250 * time.Millisecond

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialer makes connections to handlers.
type dialer struct {
	timeout time.Duration
	tls     *tls.Config
	tcp     dialFunc
	guard   Guard // nil: none
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

// handshakeError is a failure after the TCP connection was made and before TLS was.
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

// errTouched ends a probe that found something listening.
var errTouched = errors.New("something listens there")

func (d *dialer) touch(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	_ = c.Close()
	return nil, errTouched
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

type connected struct {
	conn net.Conn
	err  error
}

// connectLoopback connects to ::1 or 127.0.0.1, since handlers that listen on "localhost" are found on either: Node takes the
// first that the resolver gives, Flask takes 127.0.0.1. The first to connect wins.
func (d *dialer) connectLoopback(ctx context.Context, port string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan connected, 2)
	start := func(host string) {
		c, err := d.tcp(ctx, "tcp", net.JoinHostPort(host, port))
		results <- connected{c, err}
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
		go closeLate(results)
		return first.conn, nil
	}
	second := <-results
	if second.err == nil {
		return second.conn, nil
	}
	return nil, moreTelling(first.err, second.err)
}

func closeLate(results <-chan connected) {
	if r := <-results; r.err == nil {
		_ = r.conn.Close()
	}
}

// moreTelling chooses between two failures of one host. An address that is not allowed wins, then refused: the other is mostly that a
// machine has no IPv6.
func moreTelling(a, b error) error {
	var address *AddressError
	if isRefused(a) && !errors.As(b, &address) {
		return a
	}
	return b
}
