package relay

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// place is a handler's place in a bubble of fake time, with nothing there until a test says so.
type place struct {
	mu    sync.Mutex
	there bool
	began time.Time
	looks []time.Duration // when the relay looked, since it began
	told  notices
}

// watched makes a relay that sends to the place.
func watched() (*Relay, *place) {
	p := &place{began: time.Now()}
	sender := &scripted{
		send:      func(context.Context, []byte) webhook.Attempt { return p.attempt() },
		reachable: func(context.Context) error { return p.look() },
	}
	return New(Options{Sender: sender, Routes: To(dispatch.Target{}), Now: time.Now, Notify: p.told.add}), p
}

func (p *place) set(there bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.there = there
}

func (p *place) attempt() webhook.Attempt {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.there {
		return webhook.Attempt{Code: http.StatusOK}
	}
	return webhook.Attempt{Failure: webhook.FailureRefused}
}

func (p *place) look() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks = append(p.looks, time.Since(p.began))
	if p.there {
		return nil
	}
	return errors.New("nothing there")
}

// pass lets time pass in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// deliver makes an attempt at a delivery that is received now.
func deliver(r *Relay) { r.send(context.Background(), received(time.Now())) }

func received(at time.Time) *recorded {
	return &recorded{Delivery: webhook.Delivery{Summary: webhook.Summary{ReceivedAt: at}}}
}

func wantLooks(t *testing.T, p *place, want ...time.Duration) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.looks, want) {
		t.Errorf("looked for the handler at %v, want %v", p.looks, want)
	}
}

func wantBack(t *testing.T, p *place, want ...Notice) {
	t.Helper()
	got := p.told.of(NoticeHandlerBack)
	same := slices.EqualFunc(got, want, func(a, b Notice) bool {
		return a.Missed == b.Missed && a.Since.Equal(b.Since) && a.At.Equal(b.At)
	})
	if !same {
		t.Errorf("told %+v, want %+v", got, want)
	}
}

func TestAHandlerThatIsDownIsLookedForWithGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		for range 3 {
			deliver(r)
			pass(100 * time.Millisecond)
		}
		pass(20 * time.Second)
		p.set(true)
		pass(time.Minute)
		ms := time.Millisecond
		wantLooks(t, p, 250*ms, 750*ms, 1750*ms, 3750*ms, 7750*ms, 12750*ms, 17750*ms, 22750*ms)
		wantBack(t, p, Notice{Missed: 3, Since: p.began, At: p.began.Add(22750 * ms)})
	})
}

func TestAHandlerThatIsThereIsNotLookedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		p.set(true)
		deliver(r)
		pass(time.Minute)
		wantLooks(t, p)
		wantBack(t, p)
	})
}

func TestADeliveryThatIsAnsweredEndsTheLookOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		pass(time.Second)
		deliver(r)
		pass(100 * time.Millisecond)
		p.set(true)
		deliver(r)
		pass(time.Minute)
		deliver(r)
		wantLooks(t, p)
		wantBack(t, p, Notice{Missed: 1, Since: p.began.Add(time.Second), At: p.began.Add(1100 * time.Millisecond)})
	})
}

func TestThatTheHandlerIsBackIsToldOnceHoweverManyAnswersSaySo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		deliver(r)
		p.set(true)
		for range 3 {
			deliver(r)
		}
		r.outlets[0].handler.back(func() bool { return true }) // an answer that saw it down, and comes after the others
		wantBack(t, p, Notice{Missed: 1, Since: p.began, At: p.began})
	})
}

func TestAHandlerThatGoesAwayAgainIsCountedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		deliver(r)
		deliver(r)
		p.set(true)
		pass(10 * time.Second)
		p.set(false)
		deliver(r)
		pass(400 * time.Millisecond)
		p.set(true)
		pass(10 * time.Second)
		ms := time.Millisecond
		wantLooks(t, p, 250*ms, 10_250*ms, 10_750*ms)
		wantBack(t, p, Notice{Missed: 2, Since: p.began, At: p.began.Add(250 * ms)},
			Notice{Missed: 1, Since: p.began.Add(10 * time.Second), At: p.began.Add(10_750 * ms)})
	})
}

func TestAnAnswerFromBeforeTheHandlerWentAwayProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		before := time.Now()
		pass(time.Second)
		deliver(r)
		p.set(true) // the process that is shutting down, which answers what it has and takes nothing new
		r.send(context.Background(), received(before))
		p.set(false)
		wantBack(t, p)
		pass(300 * time.Millisecond)
		wantLooks(t, p, 1250*time.Millisecond)
	})
}

func TestALookThatIsOverSaysNothingAboutTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		proceed := make(chan struct{})
		r.o.Sender.(*scripted).reachable = func(context.Context) error {
			<-proceed
			return nil // as of when it began
		}
		deliver(r)
		pass(300 * time.Millisecond) // a look is under way
		p.set(true)
		deliver(r)
		p.set(false)
		deliver(r)
		proceed <- struct{}{}
		synctest.Wait()
		wantBack(t, p, Notice{Missed: 1, Since: p.began, At: p.began.Add(300 * time.Millisecond)})
		close(proceed)
	})
}

func TestOnlyAHandlerThatTakesNoConnectionsIsDown(t *testing.T) {
	down := []webhook.Failure{webhook.FailureRefused, webhook.FailureNoHost, webhook.FailureNoRoute}
	others := []webhook.Failure{"", webhook.FailureTimeout, webhook.FailureTLS, webhook.FailureReset, webhook.FailureBadResponse,
		webhook.FailureCanceled, webhook.FailureUnexpected}
	for _, failure := range slices.Concat(down, others) {
		synctest.Test(t, func(t *testing.T) {
			r, p := watched()
			defer r.Close()
			r.o.Sender.(*scripted).send = func(context.Context, []byte) webhook.Attempt { return webhook.Attempt{Failure: failure} }
			deliver(r)
			pass(firstLook)
			if got, want := len(p.looks) == 1, slices.Contains(down, failure); got != want {
				t.Errorf("after %q: looked for the handler %t, want %t", failure, got, want)
			}
		})
	}
}

func TestALookAtTheStartFindsTheHandlerOrLooksOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		if absent := r.LookForHandlers(t.Context()); len(absent) != 1 {
			t.Errorf("with nothing there: got %v as absent, want the target", absent)
		}
		p.set(true)
		pass(time.Minute)
		wantLooks(t, p, 0, firstLook)
		wantBack(t, p, Notice{At: p.began.Add(firstLook)})
		if absent := r.LookForHandlers(t.Context()); absent != nil {
			t.Errorf("with a handler there: got %v as absent, want none", absent)
		}
		pass(time.Minute)
		wantLooks(t, p, 0, firstLook, time.Minute)
	})
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		defer r.Close()
		interrupted, interrupt := context.WithCancel(t.Context())
		interrupt()
		if absent := r.LookForHandlers(interrupted); len(absent) != 1 {
			t.Errorf("interrupted, with nothing there: got %v as absent, want the target", absent)
		}
		pass(time.Minute)
		wantLooks(t, p, 0)
	})
}

func TestCloseEndsTheLookOutAndNoneBeginsAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := watched()
		deliver(r)
		pass(300 * time.Millisecond)
		r.Close()
		deliver(r)
		p.set(true)
		pass(time.Minute)
		wantLooks(t, p, firstLook)
		wantBack(t, p)
	})
}

func TestCloseWaitsForALookThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := watched()
		proceed := make(chan struct{})
		r.o.Sender.(*scripted).reachable = func(context.Context) error {
			<-proceed
			return errors.New("interrupted")
		}
		deliver(r)
		pass(firstLook)
		closed := make(chan struct{})
		go func() {
			r.Close()
			close(closed)
		}()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close returned while a look was under way")
		default:
		}
		close(proceed)
		<-closed
	})
}

func TestADeliveryWhileTheRelayClosesLeavesNoLookOutBehind(t *testing.T) {
	defer testkit.NoneLeft(t, goleak.IgnoreCurrent()) // what is left of the tests before may be ending
	for range 50 {
		r, _ := watched()
		var both sync.WaitGroup
		both.Go(func() { deliver(r) })
		both.Go(r.Close)
		both.Wait()
	}
}

func TestAHandlerThatIsStartedAgainIsFound(t *testing.T) {
	handler := testkit.Serve(t, testkit.Answer(http.StatusOK, "ok"))
	told := make(chan Notice, 10)
	r := start(t, handler.URL(), func(p *parts) { p.relay.Notify = func(n Notice) { told <- n } })
	handler.Stop()
	for range 2 {
		if got := r.postSigned(sampleBody); got.code != http.StatusBadGateway {
			t.Errorf("without a handler: got %d, want 502", got.code)
		}
	}
	missed := r.recorded()
	testkit.ServeOn(t, handler.Addr(), testkit.Answer(http.StatusOK, "ok"))
	n := receive(t, told, "the handler to be back")
	if n.Kind != NoticeHandlerBack || n.Missed != 2 || !n.Since.Equal(missed[0].ReceivedAt) || n.Target.Host() != handler.Addr() {
		t.Errorf("told %+v, want that %s is back and missed 2 since %v", n, handler.Addr(), missed[0].ReceivedAt)
	}
	if got := r.postSigned(sampleBody); got.code != http.StatusOK {
		t.Errorf("with the handler again: got %d, want 200", got.code)
	}
}
