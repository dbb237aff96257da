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

// NgrokOptions configures an ngrok tunnel, in addition to Options.
type NgrokOptions struct {
	Token   string
	URL     string // a reserved URL; empty: ngrok assigns one
	Policy  string // a traffic policy in YAML or JSON; empty: none
	Version string // this program's version, for ngrok's dashboard

	ConnectURL string         // host:port of another ngrok edge; empty: the default
	Roots      *x509.CertPool // certificate authorities to trust instead of ngrok's; nil: ngrok's

	// Heartbeat is the interval of the connection check; 0: the SDK's default, 10 s.
	Heartbeat time.Duration
}

// reconnectGrace is how long ngrok may refuse a reconnect because it still counts the previous session as alive: twice its heartbeat
// timeout.
const reconnectGrace = 50 * time.Second

// OpenNgrok opens a tunnel through ngrok.
func OpenNgrok(o Options, n NgrokOptions) Tunnel {
	p := &ngrokProvider{opts: n}
	return startSupervisor("ngrok", o, p.run)
}

// ngrokProvider runs SDK sessions. A session reconnects automatically after an outage, with the same URL. If that fails, ngrokProvider
// starts a new session.
type ngrokProvider struct {
	opts NgrokOptions
}

// errRestartSession ends a session that must be replaced by a new one.
var errRestartSession = errors.New("the ngrok session must be restarted")

func (p *ngrokProvider) run(ctx context.Context, s *supervisor) error {
	for {
		err := p.session(ctx, s)
		var final *Error
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &final):
			return final
		case !errors.Is(err, errRestartSession):
			s.reportFailure(err, time.Time{})
		}
		if err := s.waitToRetry(ctx); err != nil {
			return err
		}
	}
}

// session runs one SDK session until it fails permanently.
func (p *ngrokProvider) session(ctx context.Context, s *supervisor) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sess := &ngrokSession{provider: p, supervisor: s, dialer: &retryDialer{supervisor: s}, ctx: ctx, cancel: cancel}
	agent, err := ngrok.NewAgent(p.agentOptions(sess.dialer, sess.event)...)
	if err != nil {
		return err
	}
	defer s.setLink(nil)
	defer sess.shutdown()
	defer func() {
		cancel(nil)            // first, because disconnecting would be reported as an outage
		_ = agent.Disconnect() // the session is over either way
	}()
	if err := agent.Connect(ctx); err != nil {
		return sess.err(err)
	}
	ln, err := agent.Listen(ctx, p.endpointOptions()...)
	if err != nil {
		return sess.err(err)
	}
	sess.work.Go(func() { sess.acceptLoop(ln) })
	sess.endpointOpened(ln.URL().String())
	<-ctx.Done()
	return context.Cause(ctx)
}

func (p *ngrokProvider) agentOptions(dialer ngrok.Dialer, event func(ngrok.Event)) []ngrok.AgentOption {
	options := []ngrok.AgentOption{
		ngrok.WithAuthtoken(p.opts.Token),
		ngrok.WithClientInfo("vidiking", p.opts.Version),
		ngrok.WithLogger(slog.New(slog.DiscardHandler)),
		ngrok.WithDialer(dialer),
		ngrok.WithEventHandler(event),
		ngrok.WithTLSConfig(func(c *tls.Config) {
			if p.opts.ConnectURL != "" {
				c.ServerName, _, _ = net.SplitHostPort(p.opts.ConnectURL) // the SDK cannot parse an IPv6 address here
			}
		}),
	}
	if p.opts.ConnectURL != "" {
		options = append(options, ngrok.WithAgentConnectURL(p.opts.ConnectURL))
	}
	if p.opts.Roots != nil {
		options = append(options, ngrok.WithAgentConnectCAs(p.opts.Roots))
	}
	if p.opts.Heartbeat > 0 {
		options = append(options, ngrok.WithHeartbeatInterval(p.opts.Heartbeat))
	}
	return options
}

func (p *ngrokProvider) endpointOptions() []ngrok.EndpointOption {
	var options []ngrok.EndpointOption
	if p.opts.URL != "" {
		options = append(options, ngrok.WithURL(p.opts.URL))
	}
	if p.opts.Policy != "" {
		options = append(options, ngrok.WithTrafficPolicy(p.opts.Policy))
	}
	return options
}

// ngrokSession handles the events of one SDK session.
type ngrokSession struct {
	provider   *ngrokProvider
	supervisor *supervisor
	dialer     *retryDialer
	ctx        context.Context // the session's lifetime; SDK events carry no context
	cancel     context.CancelCauseFunc
	work       sync.WaitGroup

	mu           sync.Mutex
	closed       bool
	url          string // empty until the endpoint is open
	cancelVerify context.CancelFunc
	refusedSince time.Time // when the service first refused the reconnect
}

// event handles an SDK event. The SDK waits until it returns.
func (sess *ngrokSession) event(e ngrok.Event) {
	switch e := e.(type) {
	case *ngrok.EventAgentConnectSucceeded:
		sess.dialer.handshakeDone()
		sess.connected()
	case *ngrok.EventAgentDisconnected:
		if e.Error != nil && sess.ctx.Err() == nil {
			sess.disconnected(e.Error)
		}
	}
}

// connected verifies the URL again if this is a reconnect.
func (sess *ngrokSession) connected() {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	sess.refusedSince = time.Time{}
	if sess.url != "" {
		sess.startVerifying(sess.url)
	}
}

// endpointOpened verifies the URL of a new endpoint.
func (sess *ngrokSession) endpointOpened(url string) {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	sess.url = url
	sess.startVerifying(url)
}

// startVerifying checks in the background that the URL leads here. The caller holds mu. If the URL fails after a reconnect, the session
// ends, and the next one gets a new URL.
func (sess *ngrokSession) startVerifying(url string) {
	if sess.closed {
		return
	}
	sess.stopVerifying()
	ctx, cancel := context.WithCancel(sess.ctx)
	sess.cancelVerify = cancel
	if sess.supervisor.URL() != "" {
		ctx, cancel = context.WithTimeout(ctx, 2*verifyTimeout)
	}
	sess.work.Go(func() {
		defer cancel()
		err := sess.supervisor.verify(ctx, url)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && err != nil {
			sess.cancel(errRestartSession)
		}
	})
}

func (sess *ngrokSession) stopVerifying() {
	if sess.cancelVerify != nil {
		sess.cancelVerify()
	}
}

// disconnected handles a lost connection. A permanent error ends the session.
func (sess *ngrokSession) disconnected(err error) {
	sess.mu.Lock()
	sess.stopVerifying()
	sess.mu.Unlock()
	sess.supervisor.setLink(nil)
	e, temporary := ngrokError(err, sess.provider.opts.Token)
	switch {
	case e == nil:
		sess.supervisor.reportFailure(translateError(err), time.Time{})
	case !sess.hasEndpoint():
		sess.cancel(e)
	case e.Reason == Refused:
		sess.cancel(e)
	default:
		sess.supervisor.reportFailure(e, time.Time{})
		sess.reconnectRefused(e, temporary)
	}
}

// hasEndpoint reports whether the endpoint was opened before.
func (sess *ngrokSession) hasEndpoint() bool {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	return sess.url != ""
}

// reconnectRefused ends a session that the service refuses to resume: at once for a permanent error, otherwise after reconnectGrace. A
// user who asked for a specific URL gets an error instead of another URL.
func (sess *ngrokSession) reconnectRefused(e *Error, temporary bool) {
	sess.mu.Lock()
	if sess.refusedSince.IsZero() {
		sess.refusedSince = sess.supervisor.opts.Now()
	}
	waited := sess.supervisor.opts.Now().Sub(sess.refusedSince)
	sess.mu.Unlock()
	switch {
	case temporary && waited < reconnectGrace:
	case sess.provider.opts.URL != "" || e.Reason == Limit:
		sess.cancel(e)
	default:
		sess.cancel(errRestartSession)
	}
}

// err returns the cancellation cause of the session, or else the SDK's error.
func (sess *ngrokSession) err(err error) error {
	if cause := context.Cause(sess.ctx); cause != nil {
		return cause
	}
	if e, _ := ngrokError(err, sess.provider.opts.Token); e != nil {
		return e
	}
	return translateError(err)
}

// acceptLoop passes connections to the listener. The SDK's Accept fails when the session is over or the service closed the endpoint.
// Until then it must keep being called, because the SDK cannot close otherwise.
func (sess *ngrokSession) acceptLoop(ln net.Listener) {
	var handing sync.WaitGroup
	defer handing.Wait()
	for {
		conn, err := ln.Accept()
		if err != nil {
			sess.endpointClosed(err)
			return
		}
		handing.Go(func() { sess.supervisor.offer(sess.ctx, conn) })
	}
}

func (sess *ngrokSession) endpointClosed(err error) {
	e, _ := ngrokError(err, sess.provider.opts.Token)
	if e == nil {
		sess.cancel(fmt.Errorf("ngrok closed the endpoint: %w", err))
		return
	}
	sess.cancel(e)
}

// shutdown ends the session and waits for its goroutines.
func (sess *ngrokSession) shutdown() {
	sess.mu.Lock()
	sess.closed = true
	sess.stopVerifying()
	sess.mu.Unlock()
	sess.cancel(nil)
	sess.work.Wait()
}
