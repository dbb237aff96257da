package tunnel

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fakeProvider is a provider whose links are made by the test.
type fakeProvider struct {
	mu       sync.Mutex
	attempts []time.Duration // since start
	start    time.Time
	open     func(ctx context.Context, s *supervisor, try int) error // runs one link from beginning to end
}

func (w *fakeProvider) run(ctx context.Context, s *supervisor) error {
	for {
		w.mu.Lock()
		w.attempts = append(w.attempts, time.Since(w.start))
		try := len(w.attempts)
		w.mu.Unlock()
		err := w.open(ctx, s, try)
		var final *Error
		if errors.As(err, &final) {
			return final
		}
		s.reportFailure(err, time.Time{})
		if err := s.waitToRetry(ctx); err != nil {
			return err
		}
	}
}

// machine is a fake machine: its clock, addresses and reachability.
type machine struct {
	mu        sync.Mutex
	asleep    time.Duration
	addresses []net.Addr
	reachable bool
}

func (m *machine) options() Options {
	start := time.Now()
	return Options{
		Now: func() time.Time {
			m.mu.Lock()
			defer m.mu.Unlock()
			return time.Now().Add(m.asleep)
		},
		AwakeTime: func() time.Duration { return time.Since(start) },
		Random:    func() float64 { return 0.999999 },
		Addresses: func() ([]net.Addr, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.addresses, nil
		},
		Verify: func(ctx context.Context, url string) error {
			m.mu.Lock()
			ok := m.reachable
			m.mu.Unlock()
			if ok {
				return nil
			}
			<-ctx.Done()
			return &UnverifiedError{URL: url, Err: errors.New("something else responded")}
		},
	}
}

func (m *machine) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
}

// up holds a link until ctx is done or the link is dropped.
func up(ctx context.Context, s *supervisor, url string, local net.Addr) error {
	dropped := make(chan struct{})
	s.setLink(&link{local: local, drop: func() { close(dropped) }})
	defer s.setLink(nil)
	if err := s.verify(ctx, url); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-dropped:
		return net.ErrClosed
	}
}

func expect(t *testing.T, s *supervisor, want Kind) State {
	t.Helper()
	state, ok := <-s.States()
	if !ok || state.Kind != want {
		t.Fatalf("got state %+v, want %s", state, want)
	}
	return state
}

func TestDelaysBetweenAttemptsGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &fakeProvider{start: time.Now(), open: func(context.Context, *supervisor, int) error { return errors.New("connection refused") }}
		s := startSupervisor("x", (&machine{}).options(), w.run)
		expect(t, s, Connecting)
		if state := expect(t, s, Connecting); state.Cause == nil {
			t.Errorf("got %+v, want a cause", state)
		}
		var e *Error
		if state := expect(t, s, Failed); !errors.As(state.Cause, &e) || e.Reason != Unreachable || e.Message != "connection refused" || e.Service != "x" {
			t.Errorf("got %+v, want x to be unreachable, with the cause", state)
		}
		if since := time.Since(w.start); since != defaultStartTimeout {
			t.Errorf("failed after %v, want %v", since, defaultStartTimeout)
		}
		// Delays of 0.5, 1, 2, 4, 8, 16 and 30 s: attempts at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
		if len(w.attempts) != 7 {
			t.Errorf("got attempts at %v, want 7 within a minute", w.attempts)
		}
		s.Close()
	})
}

func TestNotReadyBeforeAVerifiedRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{}
		w := &fakeProvider{start: time.Now(), open: func(ctx context.Context, s *supervisor, _ int) error { return up(ctx, s, "https://a", nil) }}
		s := startSupervisor("x", m.options(), w.run)
		expect(t, s, Connecting)
		state := expect(t, s, Connecting)
		var unverified *UnverifiedError
		if !errors.As(state.Cause, &unverified) || time.Since(w.start) != verifyTimeout {
			t.Errorf("got %+v after %v, want an unverified URL after %v", state, time.Since(w.start), verifyTimeout)
		}
		var e *Error
		if state := expect(t, s, Failed); !errors.As(state.Cause, &e) || e.Reason != Unverified || e.URL != "https://a" {
			t.Errorf("got %+v, want an unverified URL", state)
		}
		if s.URL() != "" {
			t.Errorf("got URL %s of a tunnel that was never ready", s.URL())
		}
		s.Close()
	})
}

func TestReconnectsAtOnceAfterSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{reachable: true}
		w := &fakeProvider{start: time.Now(), open: func(ctx context.Context, s *supervisor, _ int) error { return up(ctx, s, "https://a", nil) }}
		s := startSupervisor("x", m.options(), w.run)
		expect(t, s, Connecting)
		expect(t, s, Ready)
		time.Sleep(time.Minute) // fake time
		fellAsleep := time.Now()
		m.set(func() { m.asleep = 8 * time.Hour })
		gone := expect(t, s, Reconnecting)
		if early := fellAsleep.Sub(gone.Since.Round(0)); early < -time.Second || early > watchInterval+time.Second {
			t.Errorf("the outage began at %v, want %v, when the machine fell asleep", gone.Since, fellAsleep)
		}
		for s.URL() == "" {
			t.Fatal("the URL was lost")
		}
		var back State
		for back = range s.States() {
			if back.Kind == Ready {
				break
			}
		}
		if gap := back.Downtime(); gap < 8*time.Hour || gap > 8*time.Hour+10*time.Second {
			t.Errorf("got an outage of %v, want slightly more than the 8 h of sleep", gap)
		}
		if took := time.Since(fellAsleep); took > 5*time.Second {
			t.Errorf("it was ready %v after waking up", took)
		}
		s.Close()
	})
}

func TestNetworkChangeEndsTheDelayAndTheLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		home, cafe := &net.IPNet{IP: net.ParseIP("192.0.2.7")}, &net.IPNet{IP: net.ParseIP("198.51.100.9")}
		m := &machine{reachable: true, addresses: []net.Addr{home}}
		refuse := true
		w := &fakeProvider{start: time.Now()}
		w.open = func(ctx context.Context, s *supervisor, try int) error {
			m.mu.Lock()
			refused, at := refuse && try > 1, m.addresses
			m.mu.Unlock()
			if refused {
				return errors.New("no route to host")
			}
			return up(ctx, s, "https://a", &net.TCPAddr{IP: at[0].(*net.IPNet).IP})
		}
		s := startSupervisor("x", m.options(), w.run)
		expect(t, s, Connecting)
		expect(t, s, Ready)
		time.Sleep(time.Minute)                                                    // fake time
		m.set(func() { m.addresses = []net.Addr{cafe} })                           // a network with a login page
		if state := expect(t, s, Reconnecting); state.Cause != errNetworkChanged { //nolint:errorlint // must be this error itself
			t.Errorf("got cause %v, want a changed network", state.Cause)
		}
		time.Sleep(310 * time.Second) // fake time; the delays reach their maximum
		m.set(func() { refuse, m.addresses = false, []net.Addr{cafe, home} })
		loggedIn := time.Now()
		for state := range s.States() {
			if state.Kind == Ready {
				break
			}
		}
		if took := time.Since(loggedIn); took > watchInterval {
			t.Errorf("it was ready after %v, want within %v", took, watchInterval)
		}
		s.Close()
	})
}

func TestImmediatelyDroppedLinkIsRetriedSlowly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{reachable: true}
		w := &fakeProvider{start: time.Now(), open: func(ctx context.Context, s *supervisor, _ int) error {
			if err := s.verify(ctx, "https://a"); err != nil {
				return err
			}
			return errors.New("connection reset")
		}}
		s := startSupervisor("x", m.options(), w.run)
		time.Sleep(10 * time.Minute) // fake time
		synctest.Wait()
		w.mu.Lock()
		n := len(w.attempts)
		w.mu.Unlock()
		if n > 30 {
			t.Errorf("got %d attempts in ten minutes, want one every 30 s eventually", n)
		}
		s.Close()
	})
}

func TestPermanentErrorEndsTheTunnel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &fakeProvider{start: time.Now(), open: func(context.Context, *supervisor, int) error {
			return &Error{Reason: Refused, Service: "x", Message: "no"}
		}}
		s := startSupervisor("x", (&machine{}).options(), w.run)
		expect(t, s, Connecting)
		expect(t, s, Failed)
		if _, open := <-s.States(); open {
			t.Error("states follow Failed")
		}
		if _, err := s.Listener().Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: got %v, want net.ErrClosed", err)
		}
		s.Close()
		if time.Since(w.start) != 0 {
			t.Errorf("it took %v", time.Since(w.start))
		}
	})
}

func TestUnreadStatesAreReplacedByNewerOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		w := &fakeProvider{start: time.Now(), open: func(_ context.Context, _ *supervisor, _ int) error {
			n++
			return errors.New("cause " + string(rune('a'+n%26)))
		}}
		o := (&machine{}).options()
		o.StartTimeout = 24 * time.Hour
		s := startSupervisor("x", o, w.run)
		time.Sleep(5 * time.Hour) // fake time
		s.Close()
		var last State
		count := 0
		for state := range s.States() {
			last = state
			count++
		}
		if last.Kind != Closed || count > 64 {
			t.Errorf("got %d states, the last %s, want at most 64 and closed", count, last.Kind)
		}
	})
}

func TestClosedListenerKeepsItsConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{reachable: true}
		w := &fakeProvider{start: time.Now(), open: func(ctx context.Context, s *supervisor, _ int) error { return up(ctx, s, "https://a", nil) }}
		s := startSupervisor("x", m.options(), w.run)
		near, far := net.Pipe()
		go s.offer(t.Context(), far)
		c, err := s.Listener().Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Listener().Close()
		go func() { _, _ = near.Write([]byte("x")) }()
		var b [1]byte
		if _, err := c.Read(b[:]); err != nil {
			t.Errorf("read from an accepted connection: %v", err)
		}
		late, latest := net.Pipe()
		s.offer(t.Context(), latest)
		if _, err := late.Read(b[:]); err == nil {
			t.Error("a connection after Close stays open")
		}
		_ = near.Close()
		s.Close()
	})
}
