package listencmd

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// buildOutside makes the ingress for what comes through the tunnel. It trusts nobody's word on where a delivery comes from: the session's
// token is for this machine.
func (l *listener) buildOutside() {
	ingress := relay.NewIngress(l.relay, relay.IngressOptions{
		Path: l.o.path, Origin: webhook.OriginTunnel, Respond: l.o.respond, MaxBody: l.o.maxBody,
	})
	l.outside = ingress.Server()
}

// quietEnter is how long the tunnel may take before that is said.
const quietEnter = 500 * time.Millisecond

// enter opens the way in and returns its state once it is ready. It returns without one, and without an error, when it is interrupted.
func (l *listener) enter(ctx context.Context, interrupts <-chan os.Signal) (tunnel.State, error) {
	l.openWay()
	if l.o.isLocal() {
		return <-l.tunnel.States(), nil // it is ready already, and an interrupt ends what has begun
	}
	slow := time.NewTimer(quietEnter)
	defer slow.Stop()
	for {
		select {
		case s := <-l.tunnel.States():
			switch s.Kind {
			case tunnel.Ready:
				return s, l.reachedOr(ctx, s, interrupts)
			case tunnel.Failed:
				return s, l.noTunnel(s.Cause)
			}
			l.tell(s, l.printer.Notice)
			if s.Cause != nil {
				slow.Stop() // that has said what is waited for
			}
		case <-slow.C:
			l.sayOpening()
		case <-interrupts:
			return tunnel.State{}, nil
		case <-ctx.Done(): // interrupted before we took the interrupts
			return tunnel.State{}, nil
		case err := <-l.served:
			return tunnel.State{}, cmdutil.Failed(err, "the ingress ended: "+err.Error(), "start listen again")
		}
	}
}

// openWay starts the tunnel, and serves what comes through it: the proof that it leads here comes that way, too.
func (l *listener) openWay() {
	if l.o.isLocal() {
		l.tunnel = tunnel.OpenLocal(l.ln, l.app.W.Now)
		return
	}
	o, proof := tunnelOptions(l.app)
	l.outside.Handler = proof.Handler(l.outside.Handler)
	l.tunnel = l.o.way.Open(o)
	go func(ln net.Listener) { _ = l.outside.Serve(ln) }(l.tunnel.Listener()) // its end is the tunnel's, which says why
}

func (l *listener) closeTunnel() {
	if l.tunnel == nil {
		return
	}
	if l.outside != nil {
		_ = l.outside.Close()
	}
	l.tunnel.Close()
}

// sayOpening says to a person who waits what for.
func (l *listener) sayOpening() {
	if l.app.W.StderrTerminal {
		l.printer.ClosingLine("Opening a tunnel through " + l.o.way.Server + ".")
	}
}

// errStopped is that the user stopped it before it was ready.
var errStopped = cmdutil.ErrSilent{Code: cmdutil.ExitDone}

// reachedOr registers the first URL, unless an interrupt comes first.
func (l *listener) reachedOr(ctx context.Context, s tunnel.State, interrupts <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = l.register(ctx, s.URL+l.o.path)
	}()
	select {
	case <-done:
	case <-interrupts:
		cancel()
		<-done // what was there is there again
		return errStopped
	}
	if err == nil {
		l.reached(s)
	}
	return err
}

// register puts a URL into the account, where that was asked for.
func (l *listener) register(ctx context.Context, url string) error {
	return l.registrar.register(ctx, l.session.Info().ID, url, l.secret.Secret, l.view.Say)
}

// reached tells the other commands a public URL that leads here.
func (l *listener) reached(s tunnel.State) {
	l.update(func(i *session.Info) {
		i.State, i.PublicURL, i.Since = session.StateReady, s.URL+l.o.path, time.Time{}
	})
}

// follow tells how the tunnel is doing, from ready to its end.
func (l *listener) follow() {
	for s := range l.tunnel.States() {
		switch s.Kind {
		case tunnel.Ready:
			if l.o.isLocal() {
				continue
			}
			l.reached(s)
			if s.URLChanged {
				l.registrar.change(func(w *vidiking.Webhook) { w.URL = s.URL + l.o.path })
			}
		case tunnel.Reconnecting:
			l.update(func(i *session.Info) { i.State, i.Since = session.StateReconnecting, s.Since.UTC() })
		case tunnel.Failed:
			l.lost <- l.noTunnel(s.Cause)
			return
		}
		l.tell(s, l.view.Say)
	}
}

// update changes what the other commands know. That it can't is no reason to end: what it tells is a convenience.
func (l *listener) update(change func(*session.Info)) { _ = l.session.Update(change) }

// tell says a state, where there is something to say that was not said in this gap.
func (l *listener) tell(s tunnel.State, say func(output.Notice)) {
	if s.Kind == tunnel.Reconnecting {
		if l.down {
			return // another try failed, for another reason
		}
		l.down = true
	}
	if s.Kind == tunnel.Ready {
		l.down = false
	}
	if n, ok := output.TunnelNotice(s, l.o.way.Server, l.o.path); ok {
		say(n)
	}
}

// noTunnel is why there is no tunnel (any more), in words.
func (l *listener) noTunnel(cause error) error {
	return fmt.Errorf("%s: %w", l.o.way.Name, &TunnelError{Way: l.o.way, Err: cause})
}
