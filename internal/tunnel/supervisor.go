package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// supervisor is the common part of the providers: it accepts connections, tracks and reports the tunnel's state, and schedules retries. A
// provider's connect function opens the connection, reports success and failure to the supervisor, and returns when the tunnel is over.
type supervisor struct {
	opts    Options
	service string // name of the service, for errors
	conns   chan net.Conn
	ctx     context.Context // the tunnel's lifetime, ended by Close or by a failure
	cancel  context.CancelCauseFunc
	done    chan struct{} // closed when connect has returned

	states   chan State
	retryNow chan struct{} // ends the current delay because the network may have changed

	listenerClosed chan struct{} // closed by listener.Close
	closeListener  sync.Once

	health health
}

// health is what the supervisor knows about the tunnel.
type health struct {
	mu        sync.Mutex
	url       string    // the last verified URL
	readyAt   time.Time // zero unless ready
	downSince time.Time // start of the outage; zero before the first Ready and while ready
	lastErr   error     // of the attempts during this outage
	backoff   backoff
	link      *link
}

// link is a connection to the service, for dropping it.
type link struct {
	local net.Addr // local end
	drop  func()
}

// errClosed is the cancellation cause after Close.
var errClosed = errors.New("the tunnel was closed")

// startSupervisor starts connect for the named service.
func startSupervisor(name string, o Options, connect func(ctx context.Context, s *supervisor) error) *supervisor {
	if o.StartTimeout == 0 {
		o.StartTimeout = defaultStartTimeout
	}
	if o.Addresses == nil {
		o.Addresses = net.InterfaceAddrs
	}
	if o.AwakeTime == nil {
		start := time.Now()
		o.AwakeTime = func() time.Duration { return time.Since(start) }
	}
	s := &supervisor{
		opts: o, service: name, conns: make(chan net.Conn), done: make(chan struct{}), listenerClosed: make(chan struct{}),
		states: make(chan State, 64), retryNow: make(chan struct{}, 1), health: health{backoff: backoff{random: o.Random}},
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.emit(State{Kind: Connecting})
	go s.run(connect)
	return s
}

func (s *supervisor) run(connect func(ctx context.Context, s *supervisor) error) {
	defer close(s.done)
	var watching sync.WaitGroup
	timer := time.AfterFunc(s.opts.StartTimeout, s.startTimedOut)
	defer timer.Stop()
	watching.Go(func() { s.watch(s.ctx) })
	err := connect(s.ctx, s)
	if cause := context.Cause(s.ctx); cause != nil { // connect only noticed the cancellation
		err = cause
	}
	s.cancel(err)
	watching.Wait()
	if errors.Is(err, errClosed) {
		s.emit(State{Kind: Closed})
	} else {
		s.emit(State{Kind: Failed, Cause: err})
	}
	close(s.states)
}

// startTimedOut ends a tunnel that was never ready.
func (s *supervisor) startTimedOut() {
	s.health.mu.Lock()
	never, last := s.health.url == "", s.health.lastErr
	s.health.mu.Unlock()
	if !never {
		return
	}
	var unverified *UnverifiedError
	switch {
	case errors.As(last, &unverified):
		s.cancel(&Error{Reason: Unverified, Service: s.service, Message: unverified.Error(), URL: unverified.URL, Err: last})
	case last == nil:
		last = context.DeadlineExceeded
		fallthrough
	default:
		s.cancel(&Error{Reason: Unreachable, Service: s.service, Message: Describe(last), Err: last})
	}
}

// emit sends a state to the reader. If the reader is slow, it drops the oldest state, because only the latest matters.
func (s *supervisor) emit(state State) {
	state.At = s.opts.Now()
	for {
		select {
		case s.states <- state:
			return
		default:
		}
		select {
		case <-s.states:
		default:
		}
	}
}

// reportFailure records a failed attempt or the start of an outage. If since is zero, the outage starts now.
func (s *supervisor) reportFailure(cause error, since time.Time) {
	if s.ctx.Err() != nil {
		return // shutting down is not an outage
	}
	s.health.mu.Lock()
	state := State{Kind: Connecting, Cause: cause}
	repeated := s.health.lastErr != nil && Describe(s.health.lastErr) == Describe(cause)
	if !s.health.readyAt.IsZero() {
		if since.IsZero() {
			since = s.opts.Now()
		}
		if s.opts.Now().Sub(s.health.readyAt) >= stableAfter {
			s.health.backoff.reset()
		}
		s.health.downSince, s.health.readyAt, repeated = since, time.Time{}, false
	}
	if !s.health.downSince.IsZero() {
		state.Kind, state.Since = Reconnecting, s.health.downSince
	}
	s.health.lastErr = cause
	s.health.mu.Unlock()
	if !repeated {
		s.emit(state)
	}
}

// verify checks that a connected link leads here, then reports that the tunnel is ready. If it fails for verifyTimeout, verify reports
// this and keeps trying until ctx is done.
func (s *supervisor) verify(ctx context.Context, url string) error {
	first, cancel := context.WithTimeout(ctx, verifyTimeout)
	err := s.opts.Verify(first, url)
	cancel()
	if err != nil && ctx.Err() == nil {
		s.reportFailure(err, time.Time{})
		err = s.opts.Verify(ctx, url)
	}
	if err == nil {
		err = ctx.Err() // the link may have failed during the last request
	}
	if err != nil {
		return err
	}
	s.health.mu.Lock()
	state := State{Kind: Ready, URL: url, Since: s.health.downSince, URLChanged: s.health.url != "" && s.health.url != url}
	s.health.url, s.health.readyAt, s.health.downSince, s.health.lastErr = url, s.opts.Now(), time.Time{}, nil
	s.health.mu.Unlock()
	s.emit(state)
	return nil
}

// waitToRetry waits before the next attempt, or until the network may have changed.
func (s *supervisor) waitToRetry(ctx context.Context) error {
	s.health.mu.Lock()
	wait := s.health.backoff.next()
	s.health.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
	case <-s.retryNow:
	}
	return nil
}

// setLink sets the link in use; nil: none.
func (s *supervisor) setLink(l *link) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	s.health.link = l
}

// offer passes a connection to Accept. If it is not accepted before ctx is done, offer closes it.
func (s *supervisor) offer(ctx context.Context, c net.Conn) {
	select {
	case s.conns <- c:
		return
	case <-s.listenerClosed:
	case <-ctx.Done():
	}
	_ = c.Close()
}

// Listener implements Tunnel.
func (s *supervisor) Listener() net.Listener { return (*listener)(s) }

// URL implements Tunnel.
func (s *supervisor) URL() string {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	return s.health.url
}

// States implements Tunnel.
func (s *supervisor) States() <-chan State { return s.states }

// Close implements Tunnel.
func (s *supervisor) Close() {
	s.cancel(errClosed)
	<-s.done
}

// listener is the supervisor's net.Listener.
type listener supervisor

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.listenerClosed:
	case <-l.ctx.Done():
	}
	return nil, fmt.Errorf("accept from the tunnel: %w", net.ErrClosed)
}

func (l *listener) Close() error {
	l.closeListener.Do(func() { close(l.listenerClosed) })
	return nil
}

func (l *listener) Addr() net.Addr { return publicAddr((*supervisor)(l).URL()) }

// publicAddr is a public URL as a net.Addr.
type publicAddr string

func (publicAddr) Network() string  { return "tcp" }
func (a publicAddr) String() string { return string(a) }
