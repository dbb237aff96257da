package listencmd

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// bind opens the way in. What comes waits there until it is served.
func (l *listener) bind(ctx context.Context) (err error) {
	if l.ln, l.moved, err = l.o.bind(ctx); err != nil {
		return err
	}
	if short, ok := l.forwardsTo(l.ln.Addr().String()); ok {
		return cmdutil.Usage("--forward "+short+" is this listen itself", "name your handler: --forward localhost:3000")
	}
	live, err := session.Live(l.dataDir)
	if err != nil {
		return err
	}
	l.guard.Own, l.guard.Others = l.ln.Addr().(*net.TCPAddr).AddrPort(), cmdutil.IngressesOf(live)
	for _, s := range live {
		u, err := url.Parse(s.URL)
		if err != nil {
			continue
		}
		if short, ok := l.forwardsTo(u.Host); ok {
			return cmdutil.Usage("--forward "+short+" is another listen", "name your handler: --forward "+strings.TrimPrefix(s.Forward, "http://"))
		}
	}
	return nil
}

// forwardsTo reports whether a target is the listener at an address, to which deliveries would come back without end, and which.
func (l *listener) forwardsTo(addr string) (short string, ok bool) {
	for _, r := range l.o.routes {
		if isAt(r.Target, addr) {
			return r.Target.Short(), true
		}
	}
	return "", false
}

func isAt(t dispatch.Target, addr string) bool {
	_, port, err := net.SplitHostPort(t.Host())
	_, taken, err2 := net.SplitHostPort(addr)
	return err == nil && err2 == nil && port == taken && t.IsLocal()
}

func (l *listener) here() string { return "http://" + l.ln.Addr().String() + l.o.path }

// bind opens the loopback ingress. Where the default address is taken, by another `listen` most likely, any free port serves; an
// address that was asked for is that or none.
func (o *listenOptions) bind(ctx context.Context) (ln net.Listener, moved bool, err error) {
	var lc net.ListenConfig
	ln, err = lc.Listen(ctx, "tcp", o.addr)
	if err == nil {
		return ln, false, nil
	}
	host, _, _ := net.SplitHostPort(o.addr)
	if !o.addrGiven && cmdutil.IsAddrInUse(err) {
		if ln, again := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); again == nil {
			return ln, true, nil
		}
	}
	if cmdutil.IsAddrInUse(err) {
		return nil, false, cmdutil.Failed(err, o.addr+" is taken", "any free port: --addr "+net.JoinHostPort(host, "0"))
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return nil, false, cmdutil.Failed(err, "can't listen at "+o.addr+": "+err.Error(), "another address: --addr 127.0.0.1:0")
}
