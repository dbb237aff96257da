package listen

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ingress is where a session receives deliveries: on loopback, and through the tunnel.
type ingress struct {
	path         string
	ln           net.Listener
	portChanged  bool // the default port is in use by another process
	guard        *Guard
	server       *relay.Server
	publicServer *relay.Server // for requests from the tunnel; nil if the session is local
	served       chan error    // why the loopback server ended
}

// build creates the loopback server.
func (in *ingress) build(r *relay.Relay, o *IngressOptions, token string) {
	in.path = o.Path
	in.server = relay.NewIngress(r, relay.IngressOptions{
		Path: o.Path, Token: token, Origin: webhook.OriginLocal, Respond: o.Respond, MaxBody: o.MaxBody, Files: o.Connections,
	}).Server()
}

// buildPublic creates the server for requests from the tunnel. It trusts no token, because tokens are for senders on this machine.
func (in *ingress) buildPublic(r *relay.Relay, o *IngressOptions) {
	in.publicServer = relay.NewIngress(r, relay.IngressOptions{
		Path: o.Path, Origin: webhook.OriginTunnel, Respond: o.Respond, MaxBody: o.MaxBody,
	}).Server()
}

// url returns the loopback URL.
func (in *ingress) url() string { return "http://" + in.ln.Addr().String() + in.path }

func (in *ingress) serve() {
	in.served = make(chan error, 1)
	go func() { in.served <- in.server.Serve(in.ln) }()
}

// shutdown waits until the last response is sent. Without a deadline, it cannot fail.
func (in *ingress) shutdown(ctx context.Context) {
	if in.publicServer != nil {
		_ = in.publicServer.Shutdown(ctx)
	}
	_ = in.server.Shutdown(ctx)
}

func (in *ingress) close() {
	if in.ln != nil {
		_ = in.server.Close()
	}
}

// bind listens on loopback, and refuses routes that lead to this session or another one. Connections wait until the ingress is served.
func (in *ingress) bind(ctx context.Context, o *IngressOptions, routes []relay.Route, dataDir string) (err error) {
	if in.ln, in.portChanged, err = listenTCP(ctx, o); err != nil {
		return err
	}
	if short, ok := targetAt(routes, in.ln.Addr().String()); ok {
		return output.Usage("--forward "+short+" is the address of this listen", "name your handler: --forward localhost:3000")
	}
	live, err := session.Live(dataDir)
	if err != nil {
		return err
	}
	in.guard.Own, in.guard.Others = in.ln.Addr().(*net.TCPAddr).AddrPort(), IngressesOf(live)
	for _, other := range live {
		u, err := url.Parse(other.URL)
		if err != nil {
			continue
		}
		if short, ok := targetAt(routes, u.Host); ok {
			return output.Usage("--forward "+short+" is the address of another listen", "name your handler: --forward "+strings.TrimPrefix(other.Forward, "http://"))
		}
	}
	return nil
}

// targetAt returns the target that is the ingress at an address. A session that forwards to it would never stop.
func targetAt(routes []relay.Route, addr string) (short string, ok bool) {
	for _, r := range routes {
		if isAt(r.Target, addr) {
			return r.Target.Short(), true
		}
	}
	return "", false
}

func isAt(t dispatch.Target, addr string) bool {
	_, port, err := net.SplitHostPort(t.Host())
	_, ownPort, err2 := net.SplitHostPort(addr)
	return err == nil && err2 == nil && port == ownPort && t.IsLocal()
}

// listenTCP listens on the address of the ingress. If the default address is in use, probably by another listen, it uses any free port. It
// never replaces an address that the user gave.
func listenTCP(ctx context.Context, o *IngressOptions) (ln net.Listener, portChanged bool, err error) {
	var lc net.ListenConfig
	ln, err = lc.Listen(ctx, "tcp", o.Addr)
	if err == nil {
		return ln, false, nil
	}
	host, _, _ := net.SplitHostPort(o.Addr)
	if !o.AddrGiven && isAddrInUse(err) {
		if ln, again := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); again == nil {
			return ln, true, nil
		}
	}
	if isAddrInUse(err) {
		return nil, false, output.Failed(err, o.Addr+" is already in use", "use any free port: --addr "+net.JoinHostPort(host, "0"))
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return nil, false, output.Failed(err, "can't listen at "+o.Addr+": "+err.Error(), "use another address: --addr 127.0.0.1:0")
}
