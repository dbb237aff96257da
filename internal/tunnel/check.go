package tunnel

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"golang.ngrok.com/ngrok/v2"
)

// checkTimeout bounds a check: connecting and one handshake.
const checkTimeout = dialTimeout + handshakeTimeout

// CheckNgrok checks that ngrok is reachable and accepts the token. It opens no endpoint and stops at the first failure. While it runs,
// ngrok counts one more agent. It uses only the dialing settings of Options.
func CheckNgrok(ctx context.Context, o Options, n NgrokOptions) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	ctx, cancelCause := context.WithCancelCause(ctx)
	defer cancelCause(nil)
	p := &ngrokProvider{opts: n}
	failed := func(e ngrok.Event) {
		if gone, ok := e.(*ngrok.EventAgentDisconnected); ok && gone.Error != nil {
			cancelCause(gone.Error) // the SDK would retry forever
		}
	}
	agent, err := ngrok.NewAgent(p.agentOptions(&singleDialer{ctx: ctx, opts: o, cancel: cancelCause}, failed)...)
	if err != nil {
		return err
	}
	defer agent.Disconnect() //nolint:errcheck // the check is over either way
	err = agent.Connect(ctx)
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if e, _ := ngrokError(err, n.Token); e != nil {
		return e
	}
	return &Error{Reason: Unreachable, Service: "ngrok", Message: Describe(translateError(err)), Err: err}
}

// singleDialer connects the SDK to its service, and stops it from trying a second time.
type singleDialer struct {
	ctx    context.Context // the check's context; the SDK's Dial has none
	opts   Options
	cancel context.CancelCauseFunc
}

// Dial implements ngrok.Dialer.
func (d *singleDialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(d.ctx, network, addr)
}

// DialContext implements ngrok.Dialer.
func (d *singleDialer) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	conn, err := d.opts.dial(ctx, addr)
	if err != nil {
		d.cancel(err)
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout)) // a connection without deadlines fails later anyway
	return conn, nil
}

// CheckSSH checks that an SSH server responds. It offers no key and asks for nothing.
func CheckSSH(ctx context.Context, o Options, s SSHOptions) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	noWay := func(err error) error {
		return &Error{Reason: Unreachable, Service: s.Target.Host, Message: Describe(err), Err: err}
	}
	conn, err := o.dial(ctx, s.Target.Addr())
	if err != nil {
		return noWay(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout))
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	// A server may send other lines before its version (RFC 4253, 4.2).
	const enough = 16 << 10
	lines := bufio.NewScanner(io.LimitReader(conn, enough))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "SSH-") {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return noWay(err)
	}
	return noWay(errNoSSH)
}

var errNoSSH = errors.New("the server there does not speak SSH")
