package listen

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// tunnelLink is the tunnel of a session.
type tunnelLink struct {
	tunnel.Tunnel // nil until it is opened

	provider   Provider
	path       string // of the ingress
	system     *System
	announce   *session.Session
	register   func(ctx context.Context, url string) error
	urlChanged func(url string)

	lost chan error // why there is no tunnel anymore
	down bool       // the user was told that it is reconnecting
}

func (t *tunnelLink) close(in *ingress) {
	if t.Tunnel == nil {
		return
	}
	if in.publicServer != nil {
		_ = in.publicServer.Close()
	}
	t.Close()
}

// open opens the tunnel and returns its state when it is ready. If it is interrupted, it returns neither a state nor an error.
func (t *tunnelLink) open(ctx context.Context, in *ingress, p output.Printer, interrupts <-chan os.Signal) (tunnel.State, error) {
	t.start(in)
	if t.provider.isLocal() {
		return <-t.States(), nil // ready already; Run handles interrupts
	}
	slow := time.NewTimer(output.ProgressAfter)
	defer slow.Stop()
	for {
		select {
		case state := <-t.States():
			switch state.Kind {
			case tunnel.Ready:
				return state, t.registerOrStop(ctx, state, interrupts)
			case tunnel.Failed:
				return state, t.wrap(state.Cause)
			}
			t.print(state, p.Notice)
			if state.Cause != nil {
				slow.Stop() // the notice says why the session waits
			}
		case <-slow.C:
			if t.system.StderrTerminal {
				p.ClosingLine("Opening a tunnel through " + t.provider.Server + ".")
			}
		case <-interrupts:
			return tunnel.State{}, nil
		case <-ctx.Done(): // interrupted before Run took over the interrupts
			return tunnel.State{}, nil
		case err := <-in.served:
			return tunnel.State{}, ingressEnded(err)
		}
	}
}

// start starts the tunnel, and serves requests from it. The request that verifies the tunnel is one of them.
func (t *tunnelLink) start(in *ingress) {
	if t.provider.isLocal() {
		t.Tunnel = tunnel.OpenLocal(in.ln, t.system.Now)
		return
	}
	o, verifier := tunnelOptions(t.system)
	public := in.publicServer
	public.Handler = verifier.Handler(public.Handler)
	t.Tunnel = t.provider.Open(o)
	go func(ln net.Listener) { _ = public.Serve(ln) }(t.Listener()) // ends with the tunnel, which reports the reason
}

// errStopped indicates that the user interrupted the session before it was ready.
var errStopped = output.ErrSilent{Code: output.ExitDone}

// registerOrStop registers the first URL, unless an interrupt arrives first.
func (t *tunnelLink) registerOrStop(ctx context.Context, state tunnel.State, interrupts <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = t.register(ctx, state.URL+t.path)
	}()
	select {
	case <-done:
	case <-interrupts:
		cancel()
		<-done // the previous webhook is restored
		return errStopped
	}
	if err == nil {
		t.announceURL(state)
	}
	return err
}

// announceURL tells other commands the URL of the tunnel.
func (t *tunnelLink) announceURL(state tunnel.State) {
	update(t.announce, func(i *session.Info) {
		i.State, i.PublicURL, i.Since = session.StateReady, state.URL+t.path, time.Time{}
	})
}

// follow shows and announces changes of the tunnel until the tunnel ends.
func (t *tunnelLink) follow(notify func(output.Notice)) {
	for state := range t.States() {
		switch state.Kind {
		case tunnel.Ready:
			if t.provider.isLocal() {
				continue
			}
			t.announceURL(state)
			if state.URLChanged {
				t.urlChanged(state.URL + t.path)
			}
		case tunnel.Reconnecting:
			update(t.announce, func(i *session.Info) { i.State, i.Since = session.StateReconnecting, state.Since.UTC() })
		case tunnel.Failed:
			t.lost <- t.wrap(state.Cause)
			return
		}
		t.print(state, notify)
	}
}

// print prints a state of the tunnel. While the tunnel is down, it prints only the first attempt to reconnect.
func (t *tunnelLink) print(state tunnel.State, notify func(output.Notice)) {
	if state.Kind == tunnel.Reconnecting {
		if t.down {
			return
		}
		t.down = true
	}
	if state.Kind == tunnel.Ready {
		t.down = false
	}
	if n, ok := output.TunnelNotice(state, t.provider.Server, t.path); ok {
		notify(n)
	}
}

// wrap wraps the reason why there is no tunnel.
func (t *tunnelLink) wrap(cause error) error {
	return fmt.Errorf("%s: %w", t.provider.Name, &TunnelError{Provider: t.provider, Err: cause})
}
