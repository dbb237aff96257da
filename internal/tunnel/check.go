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

// checkPatience bounds a check: a connect, a handshake, an answer.
const checkPatience = dialPatience + handshakePatience

// CheckNgrok looks whether ngrok can be reached and takes the token. It opens no endpoint, and ends with the first failure. While it
// lasts, ngrok counts one agent more. It needs nothing of Options but the way out.
func CheckNgrok(ctx context.Context, o Options, n NgrokOptions) error {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	w := &ngrokWay{o: n}
	failed := func(e ngrok.Event) {
		if gone, ok := e.(*ngrok.EventAgentDisconnected); ok && gone.Error != nil {
			end(gone.Error) // the SDK itself would try for ever
		}
	}
	agent, err := ngrok.NewAgent(w.agentOptions(&onceDialer{ctx: ctx, o: o, end: end}, failed)...)
	if err != nil {
		return err
	}
	defer agent.Disconnect() //nolint:errcheck // it is over, whatever the service thinks of it
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
	return &Error{Reason: Unreachable, Service: "ngrok", Message: Describe(inWords(err)), Err: err}
}

// onceDialer connects the SDK to its service, and lets it try no second time.
type onceDialer struct {
	ctx context.Context //nolint:containedctx // the check's; the SDK dials without one, too
	o   Options
	end context.CancelCauseFunc
}

// Dial is for the SDK.
func (d *onceDialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(d.ctx, network, addr)
}

// DialContext is for the SDK.
func (d *onceDialer) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	conn, err := d.o.dial(ctx, addr)
	if err != nil {
		d.end(err)
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(handshakePatience)) // a connection that takes none fails by itself
	return conn, nil
}

// CheckSSH looks whether an SSH server answers. It shows it no key, and asks it for nothing.
func CheckSSH(ctx context.Context, o Options, s SSHOptions) error {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	noWay := func(err error) error {
		return &Error{Reason: Unreachable, Service: s.Target.Host, Message: Describe(err), Err: err}
	}
	conn, err := o.dial(ctx, s.Target.Addr())
	if err != nil {
		return noWay(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(handshakePatience))
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	// A server may say something before its version (RFC 4253, 4.2).
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

var errNoSSH = errors.New("what answers there does not speak SSH")
