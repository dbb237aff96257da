package tunnel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.ngrok.com/ngrok/v2"
)

// NgrokOptions is what the way by ngrok is made of besides Options.
type NgrokOptions struct {
	Token   string
	URL     string // a reserved one; empty: what the account gives
	Policy  string // a traffic policy, as YAML or JSON; empty: none
	Version string // of this program, for ngrok's dashboard

	ConnectURL string         // host:port of another edge; empty: ngrok's
	Roots      *x509.CertPool // whom to trust instead of ngrok's own authority; nil: that

	// Heartbeat is how often the connection is tried; 0: the SDK's ten seconds.
	Heartbeat time.Duration
}

// ngrokReturn is how long ngrok may refuse our return, since it has yet to miss the session of before: twice what its heartbeat allows.
const ngrokReturn = 50 * time.Second

// OpenNgrok opens the way by ngrok.
func OpenNgrok(o Options, n NgrokOptions) Tunnel {
	w := &ngrokWay{o: n}
	return keep("ngrok", o, w.drive)
}

// ngrokWay opens sessions of the SDK. One returns by itself after a gap, to the same URL; when that does not work out, the next one
// begins anew.
type ngrokWay struct {
	o NgrokOptions
}

// errAnew ends a session that another is to follow.
var errAnew = errors.New("the session has to begin anew")

func (w *ngrokWay) drive(ctx context.Context, k *keeper) error {
	for {
		err := w.session(ctx, k)
		var final *Error
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &final):
			return final
		case !errors.Is(err, errAnew):
			k.trouble(err, time.Time{})
		}
		if err := k.pause(ctx); err != nil {
			return err
		}
	}
}

// session runs one session of the SDK until it can't be mended.
func (w *ngrokWay) session(ctx context.Context, k *keeper) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := &ngrokSession{way: w, k: k, dialer: &pacedDialer{k: k}, ctx: ctx, end: end}
	agent, err := ngrok.NewAgent(w.agentOptions(s.dialer, s.event)...)
	if err != nil {
		return err
	}
	defer k.hold(nil)
	defer s.wait()
	defer func() {
		end(nil)               // first, or the SDK's word on its own end would be taken for trouble
		_ = agent.Disconnect() // it is over, whatever the service thinks of it
	}()
	if err := agent.Connect(ctx); err != nil {
		return s.because(err)
	}
	ln, err := agent.Listen(ctx, w.endpointOptions()...)
	if err != nil {
		return s.because(err)
	}
	s.work.Go(func() { s.pump(ln) })
	s.listens(ln.URL().String())
	<-ctx.Done()
	return context.Cause(ctx)
}

func (w *ngrokWay) agentOptions(dialer ngrok.Dialer, event func(ngrok.Event)) []ngrok.AgentOption {
	options := []ngrok.AgentOption{
		ngrok.WithAuthtoken(w.o.Token),
		ngrok.WithClientInfo("vidiking", w.o.Version),
		ngrok.WithLogger(slog.New(slog.DiscardHandler)),
		ngrok.WithDialer(dialer),
		ngrok.WithEventHandler(event),
		ngrok.WithTLSConfig(func(c *tls.Config) {
			if w.o.ConnectURL != "" {
				c.ServerName, _, _ = net.SplitHostPort(w.o.ConnectURL) // the SDK's own way can't read an IPv6 address
			}
		}),
	}
	if w.o.ConnectURL != "" {
		options = append(options, ngrok.WithAgentConnectURL(w.o.ConnectURL))
	}
	if w.o.Roots != nil {
		options = append(options, ngrok.WithAgentConnectCAs(w.o.Roots))
	}
	if w.o.Heartbeat > 0 {
		options = append(options, ngrok.WithHeartbeatInterval(w.o.Heartbeat))
	}
	return options
}

func (w *ngrokWay) endpointOptions() []ngrok.EndpointOption {
	var options []ngrok.EndpointOption
	if w.o.URL != "" {
		options = append(options, ngrok.WithURL(w.o.URL))
	}
	if w.o.Policy != "" {
		options = append(options, ngrok.WithTrafficPolicy(w.o.Policy))
	}
	return options
}

// ngrokSession follows one session of the SDK: it is told when that connects and when it fails.
type ngrokSession struct {
	way    *ngrokWay
	k      *keeper
	dialer *pacedDialer
	ctx    context.Context //nolint:containedctx // the session's life; the SDK's events bring none
	end    context.CancelCauseFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	url     string // empty until the endpoint is there
	proving context.CancelFunc
	refused time.Time // since when the service refuses our return
}

// event is called by the SDK, which waits for it.
func (s *ngrokSession) event(e ngrok.Event) {
	switch e := e.(type) {
	case *ngrok.EventAgentConnectSucceeded:
		s.dialer.welcome()
		s.connected()
	case *ngrok.EventAgentDisconnected:
		if e.Error != nil && s.ctx.Err() == nil {
			s.failed(e.Error)
		}
	}
}

// connected proves the way again, where it is a return.
func (s *ngrokSession) connected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = time.Time{}
	if s.url != "" {
		s.prove(s.url)
	}
}

// listens proves the way of a new endpoint.
func (s *ngrokSession) listens(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = url
	s.prove(url)
}

// prove looks whether the URL leads here, in the background. The caller holds mu. A return that leads nowhere ends the session: another
// begins with whatever URL there is now.
func (s *ngrokSession) prove(url string) {
	if s.closed {
		return
	}
	s.stopProving()
	ctx, cancel := context.WithCancel(s.ctx)
	s.proving = cancel
	if s.k.URL() != "" {
		ctx, cancel = context.WithTimeout(ctx, 2*proofPatience)
	}
	s.work.Go(func() {
		defer cancel()
		err := s.k.prove(ctx, url)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && err != nil {
			s.end(errAnew)
		}
	})
}

func (s *ngrokSession) stopProving() {
	if s.proving != nil {
		s.proving()
	}
}

// failed is told why the session is down. What can't pass ends it.
func (s *ngrokSession) failed(err error) {
	s.mu.Lock()
	s.stopProving()
	s.mu.Unlock()
	s.k.hold(nil)
	e, passes := ngrokError(err, s.way.o.Token)
	switch {
	case e == nil:
		s.k.trouble(inWords(err), time.Time{})
	case !s.returns():
		s.end(e)
	case e.Reason == Refused:
		s.end(e)
	default:
		s.k.trouble(e, time.Time{})
		s.refuse(e, passes)
	}
}

// returns reports whether the session has had its endpoint.
func (s *ngrokSession) returns() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url != ""
}

// refuse ends a session whose return the service refuses: at once, or where it may pass, after a while. Who asked for the URL gets no
// other.
func (s *ngrokSession) refuse(e *Error, passes bool) {
	s.mu.Lock()
	if s.refused.IsZero() {
		s.refused = s.k.o.Now()
	}
	waited := s.k.o.Now().Sub(s.refused)
	s.mu.Unlock()
	switch {
	case passes && waited < ngrokReturn:
	case s.way.o.URL != "" || e.Reason == Limit:
		s.end(e)
	default:
		s.end(errAnew)
	}
}

// because is why the session ended: what we ended it for, else what the SDK says.
func (s *ngrokSession) because(err error) error {
	if cause := context.Cause(s.ctx); cause != nil {
		return cause
	}
	if e, _ := ngrokError(err, s.way.o.Token); e != nil {
		return e
	}
	return inWords(err)
}

// pump hands connections on. The SDK's Accept fails when the session is over, or the service closed the endpoint; it is called on until
// then, without which the SDK can't close.
func (s *ngrokSession) pump(ln net.Listener) {
	var handing sync.WaitGroup
	defer handing.Wait()
	for {
		conn, err := ln.Accept()
		if err != nil {
			s.endpointClosed(err)
			return
		}
		handing.Go(func() { s.k.offer(s.ctx, conn) })
	}
}

func (s *ngrokSession) endpointClosed(err error) {
	e, _ := ngrokError(err, s.way.o.Token)
	if e == nil {
		s.end(fmt.Errorf("ngrok closed the endpoint: %w", err))
		return
	}
	s.end(e)
}

// wait returns when nothing of the session is left.
func (s *ngrokSession) wait() {
	s.mu.Lock()
	s.closed = true
	s.stopProving()
	s.mu.Unlock()
	s.end(nil)
	s.work.Wait()
}
