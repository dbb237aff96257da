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

// fakeWay is a way whose links are made by the test.
type fakeWay struct {
	mu    sync.Mutex
	tries []time.Duration // when, from the start
	start time.Time
	open  func(ctx context.Context, k *keeper, try int) error // one link, from its beginning to its end
}

func (w *fakeWay) drive(ctx context.Context, k *keeper) error {
	for {
		w.mu.Lock()
		w.tries = append(w.tries, time.Since(w.start))
		try := len(w.tries)
		w.mu.Unlock()
		err := w.open(ctx, k, try)
		var final *Error
		if errors.As(err, &final) {
			return final
		}
		k.trouble(err, time.Time{})
		if err := k.pause(ctx); err != nil {
			return err
		}
	}
}

// sky is what the test lets the machine look like.
type sky struct {
	mu        sync.Mutex
	asleep    time.Duration
	addresses []net.Addr
	proves    bool
}

func (s *sky) options() Options {
	start := time.Now()
	return Options{
		Now: func() time.Time {
			s.mu.Lock()
			defer s.mu.Unlock()
			return time.Now().Add(s.asleep)
		},
		AwakeTime: func() time.Duration { return time.Since(start) },
		Random:    func() float64 { return 0.999999 },
		Addresses: func() ([]net.Addr, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.addresses, nil
		},
		Verify: func(ctx context.Context, url string) error {
			s.mu.Lock()
			ok := s.proves
			s.mu.Unlock()
			if ok {
				return nil
			}
			<-ctx.Done()
			return &UnverifiedError{URL: url, Err: errors.New("something else answered")}
		},
	}
}

func (s *sky) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// up is a link that stays until ctx ends or it is dropped.
func up(ctx context.Context, k *keeper, url string, local net.Addr) error {
	dropped := make(chan struct{})
	k.hold(&link{local: local, drop: func() { close(dropped) }})
	defer k.hold(nil)
	if err := k.prove(ctx, url); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-dropped:
		return net.ErrClosed
	}
}

func expect(t *testing.T, k *keeper, want Kind) State {
	t.Helper()
	s, ok := <-k.States()
	if !ok || s.Kind != want {
		t.Fatalf("got state %+v, want %s", s, want)
	}
	return s
}

func TestTriesAreFartherAndFartherApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &fakeWay{start: time.Now(), open: func(context.Context, *keeper, int) error { return errors.New("connection refused") }}
		k := keep("x", (&sky{}).options(), w.drive)
		expect(t, k, Connecting)
		s := expect(t, k, Connecting)
		if s.Cause == nil {
			t.Errorf("got %+v, want a cause", s)
		}
		var e *Error
		if s := expect(t, k, Failed); !errors.As(s.Cause, &e) || e.Reason != Unreachable || e.Message != "connection refused" || e.Service != "x" {
			t.Errorf("got %+v, want that there is no way to x, and why", s)
		}
		if since := time.Since(w.start); since != defaultPatience {
			t.Errorf("lost after %v, want %v", since, defaultPatience)
		}
		// 0.5, 1, 2, 4, 8, 16, 30 s: at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s.
		if len(w.tries) != 7 {
			t.Errorf("got tries at %v, want 7 within a minute", w.tries)
		}
		k.Close()
	})
}

func TestNothingIsReadyBeforeARequestHasComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sky := &sky{}
		w := &fakeWay{start: time.Now(), open: func(ctx context.Context, k *keeper, _ int) error { return up(ctx, k, "https://a", nil) }}
		k := keep("x", sky.options(), w.drive)
		expect(t, k, Connecting)
		s := expect(t, k, Connecting)
		var back *UnverifiedError
		if !errors.As(s.Cause, &back) || time.Since(w.start) != proofPatience {
			t.Errorf("got %+v after %v, want that nothing came back after %v", s, time.Since(w.start), proofPatience)
		}
		var e *Error
		if s := expect(t, k, Failed); !errors.As(s.Cause, &e) || e.Reason != Unverified || e.URL != "https://a" {
			t.Errorf("got %+v, want that nothing came back", s)
		}
		if k.URL() != "" {
			t.Errorf("got URL %s of a tunnel that never was ready", k.URL())
		}
		k.Close()
	})
}

func TestAMachineThatSleptComesBackAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sky := &sky{proves: true}
		w := &fakeWay{start: time.Now(), open: func(ctx context.Context, k *keeper, _ int) error { return up(ctx, k, "https://a", nil) }}
		k := keep("x", sky.options(), w.drive)
		expect(t, k, Connecting)
		expect(t, k, Ready)
		time.Sleep(time.Minute) // fake time
		fellAsleep := time.Now()
		sky.set(func() { sky.asleep = 8 * time.Hour })
		gone := expect(t, k, Reconnecting)
		if early := fellAsleep.Sub(gone.Since.Round(0)); early < -time.Second || early > watchEvery+time.Second {
			t.Errorf("the gap began at %v, want %v, when it fell asleep", gone.Since, fellAsleep)
		}
		for k.URL() == "" {
			t.Fatal("the URL is forgotten")
		}
		var back State
		for back = range k.States() {
			if back.Kind == Ready {
				break
			}
		}
		if gap := back.Downtime(); gap < 8*time.Hour || gap > 8*time.Hour+10*time.Second {
			t.Errorf("got a gap of %v, want a little more than the 8 h that it slept", gap)
		}
		if took := time.Since(fellAsleep); took > 5*time.Second {
			t.Errorf("it came back %v after it woke up", took)
		}
		k.Close()
	})
}

func TestAChangeOfNetworkEndsThePauseAndTheLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		home, cafe := &net.IPNet{IP: net.ParseIP("192.0.2.7")}, &net.IPNet{IP: net.ParseIP("198.51.100.9")}
		sky := &sky{proves: true, addresses: []net.Addr{home}}
		refuse := true
		w := &fakeWay{start: time.Now()}
		w.open = func(ctx context.Context, k *keeper, try int) error {
			sky.mu.Lock()
			refused, at := refuse && try > 1, sky.addresses
			sky.mu.Unlock()
			if refused {
				return errors.New("no route to host")
			}
			return up(ctx, k, "https://a", &net.TCPAddr{IP: at[0].(*net.IPNet).IP})
		}
		k := keep("x", sky.options(), w.drive)
		expect(t, k, Connecting)
		expect(t, k, Ready)
		time.Sleep(time.Minute)                                   // fake time
		sky.set(func() { sky.addresses = []net.Addr{cafe} })      // where one has to log in first
		if s := expect(t, k, Reconnecting); s.Cause != errMoved { //nolint:errorlint // it is this very one
			t.Errorf("got cause %v, want that the network changed", s.Cause)
		}
		time.Sleep(310 * time.Second) // fake time, in which the pauses have grown
		sky.set(func() { refuse, sky.addresses = false, []net.Addr{cafe, home} })
		loggedIn := time.Now()
		for s := range k.States() {
			if s.Kind == Ready {
				break
			}
		}
		if took := time.Since(loggedIn); took > watchEvery {
			t.Errorf("it came back after %v, want the next look, within %v", took, watchEvery)
		}
		k.Close()
	})
}

func TestALinkThatIsDroppedAtOnceIsNotMadeAtOnceAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sky := &sky{proves: true}
		w := &fakeWay{start: time.Now(), open: func(ctx context.Context, k *keeper, _ int) error {
			if err := k.prove(ctx, "https://a"); err != nil {
				return err
			}
			return errors.New("connection reset")
		}}
		k := keep("x", sky.options(), w.drive)
		time.Sleep(10 * time.Minute) // fake time
		synctest.Wait()
		w.mu.Lock()
		n := len(w.tries)
		w.mu.Unlock()
		if n > 30 {
			t.Errorf("got %d tries in ten minutes, want one in half a minute at last", n)
		}
		k.Close()
	})
}

func TestWhatCannotGetBetterEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &fakeWay{start: time.Now(), open: func(context.Context, *keeper, int) error { return &Error{Reason: Refused, Service: "x", Message: "no"} }}
		k := keep("x", (&sky{}).options(), w.drive)
		expect(t, k, Connecting)
		expect(t, k, Failed)
		if _, open := <-k.States(); open {
			t.Error("there are states after Lost")
		}
		if _, err := k.Listener().Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: got %v, want that it is closed", err)
		}
		k.Close()
		if time.Since(w.start) != 0 {
			t.Errorf("it took %v", time.Since(w.start))
		}
	})
}

func TestStatesThatNobodyReadsGiveWayToNewerOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		w := &fakeWay{start: time.Now(), open: func(_ context.Context, _ *keeper, _ int) error {
			n++
			return errors.New("cause " + string(rune('a'+n%26)))
		}}
		o := (&sky{}).options()
		o.StartTimeout = 24 * time.Hour
		k := keep("x", o, w.drive)
		time.Sleep(5 * time.Hour) // fake time
		k.Close()
		var last State
		count := 0
		for s := range k.States() {
			last = s
			count++
		}
		if last.Kind != Closed || count > 64 {
			t.Errorf("got %d states, the last %s, want at most 64 and closed", count, last.Kind)
		}
	})
}

func TestAListenerThatIsClosedLeavesItsConnectionsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sky := &sky{proves: true}
		w := &fakeWay{start: time.Now(), open: func(ctx context.Context, k *keeper, _ int) error { return up(ctx, k, "https://a", nil) }}
		k := keep("x", sky.options(), w.drive)
		near, far := net.Pipe()
		go k.offer(t.Context(), far)
		c, err := k.Listener().Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = k.Listener().Close()
		go func() { _, _ = near.Write([]byte("x")) }()
		var b [1]byte
		if _, err := c.Read(b[:]); err != nil {
			t.Errorf("read from a connection that was accepted before: %v", err)
		}
		late, latest := net.Pipe()
		k.offer(t.Context(), latest)
		if _, err := late.Read(b[:]); err == nil {
			t.Error("a connection after the end is not closed")
		}
		_ = near.Close()
		k.Close()
	})
}
