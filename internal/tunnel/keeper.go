package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Options is what every way that leads through a service is made of. Prove, Now and Random are required.
type Options struct {
	// Prove sends a request through the URL and returns when it has come back, or ctx ends.
	Verify func(ctx context.Context, url string) error
	Now    func() time.Time
	Random func() float64 // in [0, 1): spreads the tries
	// Proxy names the proxy for a URL, nil for none; Dial connects, by the net package where it is nil.
	Proxy Proxies
	Dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	// Addresses lists this machine's addresses; nil: the net package.
	Addresses func() ([]net.Addr, error)
	// Awake is how long this machine has been awake, since whenever; nil: Go's monotonic clock, which stands still in a sleep.
	AwakeTime func() time.Duration
	// Patience bounds the opening: what is not ready by then is lost. A tunnel that was ready once is tried for ever. 0: a minute.
	StartTimeout time.Duration
}

const (
	defaultPatience = time.Minute
	// proofPatience is how long a tunnel that is up may take to lead back here before that is said. New names need a moment until
	// every resolver knows them.
	proofPatience = 10 * time.Second
	// handshakePatience is how long a service may take from the connection to its welcome. Far lines take a second or two.
	handshakePatience = 10 * time.Second
)

// keeper is what the ways have in common: the connections that come in, and how the tunnel is doing. A way's drive opens it, says up
// and down, and returns when it is over.
type keeper struct {
	o     Options
	name  string // of the service, for its errors
	pace  pace
	conns chan net.Conn
	over  context.Context //nolint:containedctx // the tunnel's life, which ends by Close or for a cause
	end   context.CancelCauseFunc
	done  chan struct{} // closed when drive has returned

	states chan State
	nudged chan struct{} // tells a pause to end: the network may be another now

	deaf     chan struct{} // closed when the listener is
	deafOnce sync.Once

	mu      sync.Mutex
	url     string    // the last that was proven
	readyAt time.Time // zero where it is not ready
	since   time.Time // of the gap; zero before the first Ready, and while it is ready
	last    error     // of the tries of this gap
	current *link
}

// link is a connection to the service, as far as it must be known to drop it.
type link struct {
	local net.Addr // this end of it
	drop  func()
}

// errClosed is the cause of an end by Close.
var errClosed = errors.New("the tunnel was closed")

// keep starts a way through the service of that name.
func keep(name string, o Options, drive func(ctx context.Context, k *keeper) error) *keeper {
	if o.StartTimeout == 0 {
		o.StartTimeout = defaultPatience
	}
	if o.Addresses == nil {
		o.Addresses = net.InterfaceAddrs
	}
	if o.AwakeTime == nil {
		start := time.Now()
		o.AwakeTime = func() time.Duration { return time.Since(start) }
	}
	k := &keeper{
		o: o, name: name, pace: pace{random: o.Random}, conns: make(chan net.Conn), done: make(chan struct{}), deaf: make(chan struct{}),
		states: make(chan State, 64), nudged: make(chan struct{}, 1),
	}
	k.over, k.end = context.WithCancelCause(context.Background())
	k.say(State{Kind: Connecting})
	go k.run(drive)
	return k
}

func (k *keeper) run(drive func(ctx context.Context, k *keeper) error) {
	defer close(k.done)
	var watching sync.WaitGroup
	patience := time.AfterFunc(k.o.StartTimeout, k.loseHope)
	defer patience.Stop()
	watching.Go(func() { k.watch(k.over) })
	err := drive(k.over, k)
	if cause := context.Cause(k.over); cause != nil { // it was ended, and drive only noticed
		err = cause
	}
	k.end(err)
	watching.Wait()
	if errors.Is(err, errClosed) {
		k.say(State{Kind: Closed})
	} else {
		k.say(State{Kind: Failed, Cause: err})
	}
	close(k.states)
}

// loseHope ends a tunnel that never was ready.
func (k *keeper) loseHope() {
	k.mu.Lock()
	never, last := k.url == "", k.last
	k.mu.Unlock()
	if !never {
		return
	}
	var back *UnverifiedError
	switch {
	case errors.As(last, &back):
		k.end(&Error{Reason: Unverified, Service: k.name, Message: back.Error(), URL: back.URL, Err: last})
	case last == nil:
		last = context.DeadlineExceeded
		fallthrough
	default:
		k.end(&Error{Reason: Unreachable, Service: k.name, Message: Describe(last), Err: last})
	}
}

// say hands a state on. Where nobody reads, the oldest gives way: what counts is how it is now.
func (k *keeper) say(s State) {
	s.At = k.o.Now()
	for {
		select {
		case k.states <- s:
			return
		default:
		}
		select {
		case <-k.states:
		default:
		}
	}
}

// trouble says that a try failed, or that the tunnel is down, from since on; zero: from now on.
func (k *keeper) trouble(cause error, since time.Time) {
	if k.over.Err() != nil {
		return // that it ends is no trouble
	}
	k.mu.Lock()
	s := State{Kind: Connecting, Cause: cause}
	known := k.last != nil && Describe(k.last) == Describe(cause)
	if !k.readyAt.IsZero() {
		if since.IsZero() {
			since = k.o.Now()
		}
		if k.o.Now().Sub(k.readyAt) >= steady {
			k.pace.reset()
		}
		k.since, k.readyAt, known = since, time.Time{}, false
	}
	if !k.since.IsZero() {
		s.Kind, s.Since = Reconnecting, k.since
	}
	k.last = cause
	k.mu.Unlock()
	if !known {
		k.say(s)
	}
}

// prove proves that a link that is up leads back here, then says that the tunnel is ready. What keeps it from that is said, and tried
// on, until ctx ends.
func (k *keeper) prove(ctx context.Context, url string) error {
	first, cancel := context.WithTimeout(ctx, proofPatience)
	err := k.o.Verify(first, url)
	cancel()
	if err != nil && ctx.Err() == nil {
		k.trouble(err, time.Time{})
		err = k.o.Verify(ctx, url)
	}
	if err == nil {
		err = ctx.Err() // the link may have gone while the answer was on its way
	}
	if err != nil {
		return err
	}
	k.mu.Lock()
	s := State{Kind: Ready, URL: url, Since: k.since, URLChanged: k.url != "" && k.url != url}
	k.url, k.readyAt, k.since, k.last = url, k.o.Now(), time.Time{}, nil
	k.mu.Unlock()
	k.say(s)
	return nil
}

// pause waits before the next try, or until the network may be another.
func (k *keeper) pause(ctx context.Context) error {
	k.mu.Lock()
	wait := k.pace.next()
	k.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
	case <-k.nudged:
	}
	return nil
}

// hold says which link is in use; nil: none.
func (k *keeper) hold(l *link) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current = l
}

// offer hands a connection to whoever accepts. Where nobody does until ctx ends, it is closed.
func (k *keeper) offer(ctx context.Context, c net.Conn) {
	select {
	case k.conns <- c:
		return
	case <-k.deaf:
	case <-ctx.Done():
	}
	_ = c.Close()
}

// Listener takes the connections.
func (k *keeper) Listener() net.Listener { return (*listener)(k) }

// URL is the last public URL that was proven.
func (k *keeper) URL() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.url
}

// States tells how the tunnel is doing.
func (k *keeper) States() <-chan State { return k.states }

// Close ends the tunnel.
func (k *keeper) Close() {
	k.end(errClosed)
	<-k.done
}

// listener is the keeper as a server sees it.
type listener keeper

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.deaf:
	case <-l.over.Done():
	}
	return nil, fmt.Errorf("accept from the tunnel: %w", net.ErrClosed)
}

func (l *listener) Close() error {
	l.deafOnce.Do(func() { close(l.deaf) })
	return nil
}

func (l *listener) Addr() net.Addr { return publicAddr((*keeper)(l).URL()) }

// publicAddr is a public URL as the address of a listener.
type publicAddr string

func (publicAddr) Network() string  { return "tcp" }
func (a publicAddr) String() string { return string(a) }
