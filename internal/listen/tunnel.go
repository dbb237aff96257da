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
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// tunnelLink is the tunnel of a session.
type tunnelLink struct {
	tunnel.Tunnel // nil until it is opened

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

// quietOpen is how long the tunnel may take to open before the user is told.
const quietOpen = 500 * time.Millisecond

// openTunnel opens the tunnel and returns its state when it is ready. If it is interrupted, it returns neither a state nor an error.
func (s *Session) openTunnel(ctx context.Context, interrupts <-chan os.Signal) (tunnel.State, error) {
	s.startTunnel()
	if s.isLocal() {
		return <-s.tunnel.States(), nil // ready already; Run handles interrupts
	}
	slow := time.NewTimer(quietOpen)
	defer slow.Stop()
	for {
		select {
		case state := <-s.tunnel.States():
			switch state.Kind {
			case tunnel.Ready:
				return state, s.registerOrStop(ctx, state, interrupts)
			case tunnel.Failed:
				return state, s.tunnelError(state.Cause)
			}
			s.printTunnel(state, s.display.printer.Notice)
			if state.Cause != nil {
				slow.Stop() // the notice says what the session waits for
			}
		case <-slow.C:
			if s.o.System.StderrTerminal {
				s.display.printer.ClosingLine("Opening a tunnel through " + s.o.Provider.Server + ".")
			}
		case <-interrupts:
			return tunnel.State{}, nil
		case <-ctx.Done(): // interrupted before Run took over the interrupts
			return tunnel.State{}, nil
		case err := <-s.ingress.served:
			return tunnel.State{}, ingressEnded(err)
		}
	}
}

// startTunnel starts the tunnel, and serves requests from it. The request that verifies the tunnel is one of them.
func (s *Session) startTunnel() {
	s.tunnel.lost = make(chan error, 1)
	if s.isLocal() {
		s.tunnel.Tunnel = tunnel.OpenLocal(s.ingress.ln, s.o.System.Now)
		return
	}
	o, verifier := tunnelOptions(&s.o.System)
	public := s.ingress.publicServer
	public.Handler = verifier.Handler(public.Handler)
	s.tunnel.Tunnel = s.o.Provider.Open(o)
	go func(ln net.Listener) { _ = public.Serve(ln) }(s.tunnel.Listener()) // ends with the tunnel, which reports the reason
}

// errStopped indicates that the user interrupted the session before it was ready.
var errStopped = output.ErrSilent{Code: output.ExitDone}

// registerOrStop registers the first URL, unless an interrupt arrives first.
func (s *Session) registerOrStop(ctx context.Context, state tunnel.State, interrupts <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = s.register(ctx, state.URL+s.o.Ingress.Path)
	}()
	select {
	case <-done:
	case <-interrupts:
		cancel()
		<-done // the previous webhook is restored
		return errStopped
	}
	if err == nil {
		s.announcePublicURL(state)
	}
	return err
}

// announcePublicURL tells other commands the URL of the tunnel.
func (s *Session) announcePublicURL(state tunnel.State) {
	s.update(func(i *session.Info) {
		i.State, i.PublicURL, i.Since = session.StateReady, state.URL+s.o.Ingress.Path, time.Time{}
	})
}

// followTunnel shows and announces changes of the tunnel until the tunnel ends.
func (s *Session) followTunnel() {
	for state := range s.tunnel.States() {
		switch state.Kind {
		case tunnel.Ready:
			if s.isLocal() {
				continue
			}
			s.announcePublicURL(state)
			if state.URLChanged {
				s.account.registrar.change(func(w *vidiking.Webhook) { w.URL = state.URL + s.o.Ingress.Path })
			}
		case tunnel.Reconnecting:
			s.update(func(i *session.Info) { i.State, i.Since = session.StateReconnecting, state.Since.UTC() })
		case tunnel.Failed:
			s.tunnel.lost <- s.tunnelError(state.Cause)
			return
		}
		s.printTunnel(state, s.display.view.Say)
	}
}

// printTunnel prints a state of the tunnel. While the tunnel is down, it prints only the first attempt to reconnect.
func (s *Session) printTunnel(state tunnel.State, notify func(output.Notice)) {
	if state.Kind == tunnel.Reconnecting {
		if s.tunnel.down {
			return
		}
		s.tunnel.down = true
	}
	if state.Kind == tunnel.Ready {
		s.tunnel.down = false
	}
	if n, ok := output.TunnelNotice(state, s.o.Provider.Server, s.o.Ingress.Path); ok {
		notify(n)
	}
}

// tunnelError wraps the reason why there is no tunnel.
func (s *Session) tunnelError(cause error) error {
	return fmt.Errorf("%s: %w", s.o.Provider.Name, &TunnelError{Provider: s.o.Provider, Err: cause})
}
