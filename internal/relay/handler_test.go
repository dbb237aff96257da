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

// fakeHandler is a handler that is down until a test sets it up. It runs on fake time.
type fakeHandler struct {
	mu      sync.Mutex
	up      bool
	started time.Time
	probes  []time.Duration // when the relay probed it, since started
	notices noticeLog
}

// newProbedRelay returns a relay and the handler that it sends to.
func newProbedRelay() (*Relay, *fakeHandler) {
	p := &fakeHandler{started: time.Now()}
	sender := &scriptedSender{
		send:      func(context.Context, []byte) webhook.Attempt { return p.attempt() },
		reachable: func(context.Context) error { return p.probe() },
	}
	return New(Options{Sender: sender, Routes: To(dispatch.Target{}), Now: time.Now, Notify: p.notices.add}), p
}

func (p *fakeHandler) setUp(there bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up = there
}

func (p *fakeHandler) attempt() webhook.Attempt {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.up {
		return webhook.Attempt{Code: http.StatusOK}
	}
	return webhook.Attempt{Failure: webhook.FailureRefused}
}

func (p *fakeHandler) probe() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probes = append(p.probes, time.Since(p.started))
	if p.up {
		return nil
	}
	return errors.New("nothing there")
}

// advance moves the fake time forward.
func advance(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// deliver makes an attempt at a delivery that is received now.
func deliver(r *Relay) { r.forwarder.forward(context.Background(), received(time.Now())) }

func received(at time.Time) *recordedDelivery {
	return &recordedDelivery{Delivery: webhook.Delivery{Summary: webhook.Summary{ReceivedAt: at}}}
}

func wantProbes(t *testing.T, p *fakeHandler, want ...time.Duration) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.probes, want) {
		t.Errorf("probes at %v, want %v", p.probes, want)
	}
}

func wantHandlerBack(t *testing.T, p *fakeHandler, want ...Notice) {
	t.Helper()
	got := p.notices.of(NoticeHandlerBack)
	same := slices.EqualFunc(got, want, func(a, b Notice) bool {
		return a.Missed == b.Missed && a.Since.Equal(b.Since) && a.At.Equal(b.At)
	})
	if !same {
		t.Errorf("got notices %+v, want %+v", got, want)
	}
}

func TestAHandlerThatIsDownIsProbedWithGrowingDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		for range 3 {
			deliver(r)
			advance(100 * time.Millisecond)
		}
		advance(20 * time.Second)
		p.setUp(true)
		advance(time.Minute)
		ms := time.Millisecond
		wantProbes(t, p, 250*ms, 750*ms, 1750*ms, 3750*ms, 7750*ms, 12750*ms, 17750*ms, 22750*ms)
		wantHandlerBack(t, p, Notice{Missed: 3, Since: p.started, At: p.started.Add(22750 * ms)})
	})
}

func TestAHandlerThatIsUpIsNotProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		p.setUp(true)
		deliver(r)
		advance(time.Minute)
		wantProbes(t, p)
		wantHandlerBack(t, p)
	})
}

func TestAResponseEndsTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		advance(time.Second)
		deliver(r)
		advance(100 * time.Millisecond)
		p.setUp(true)
		deliver(r)
		advance(time.Minute)
		deliver(r)
		wantProbes(t, p)
		wantHandlerBack(t, p, Notice{Missed: 1, Since: p.started.Add(time.Second), At: p.started.Add(1100 * time.Millisecond)})
	})
}

func TestConcurrentResponsesReportOnceThatTheHandlerIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		deliver(r)
		p.setUp(true)
		for range 3 {
			deliver(r)
		}
		r.upstreams[0].handler.markUp(func() bool { return true }) // a response to an attempt that started while it was down
		wantHandlerBack(t, p, Notice{Missed: 1, Since: p.started, At: p.started})
	})
}

func TestMissedDeliveriesAreCountedFromTheLastTimeTheHandlerWentDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		deliver(r)
		deliver(r)
		p.setUp(true)
		advance(10 * time.Second)
		p.setUp(false)
		deliver(r)
		advance(400 * time.Millisecond)
		p.setUp(true)
		advance(10 * time.Second)
		ms := time.Millisecond
		wantProbes(t, p, 250*ms, 10_250*ms, 10_750*ms)
		wantHandlerBack(t, p, Notice{Missed: 2, Since: p.started, At: p.started.Add(250 * ms)},
			Notice{Missed: 1, Since: p.started.Add(10 * time.Second), At: p.started.Add(10_750 * ms)})
	})
}

func TestAResponseToAnEarlierDeliveryDoesNotMarkTheHandlerUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		before := time.Now()
		advance(time.Second)
		deliver(r)
		p.setUp(true) // a process that is shutting down still responds to earlier deliveries
		r.forwarder.forward(context.Background(), received(before))
		p.setUp(false)
		wantHandlerBack(t, p)
		advance(300 * time.Millisecond)
		wantProbes(t, p, 1250*time.Millisecond)
	})
}

func TestAnEndedProbeDoesNotMarkTheHandlerUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		proceed := make(chan struct{})
		r.o.Sender.(*scriptedSender).reachable = func(context.Context) error {
			<-proceed
			return nil // the state when the probe started
		}
		deliver(r)
		advance(300 * time.Millisecond) // a probe is in progress
		p.setUp(true)
		deliver(r)
		p.setUp(false)
		deliver(r)
		proceed <- struct{}{}
		synctest.Wait()
		wantHandlerBack(t, p, Notice{Missed: 1, Since: p.started, At: p.started.Add(300 * time.Millisecond)})
		close(proceed)
	})
}

func TestOnlyAHandlerThatRefusesConnectionsIsDown(t *testing.T) {
	down := []webhook.Failure{webhook.FailureRefused, webhook.FailureNoHost, webhook.FailureNoRoute}
	others := []webhook.Failure{"", webhook.FailureTimeout, webhook.FailureTLS, webhook.FailureReset, webhook.FailureBadResponse,
		webhook.FailureCanceled, webhook.FailureUnexpected}
	for _, failure := range slices.Concat(down, others) {
		synctest.Test(t, func(t *testing.T) {
			r, p := newProbedRelay()
			defer r.Close()
			r.o.Sender.(*scriptedSender).send = func(context.Context, []byte) webhook.Attempt { return webhook.Attempt{Failure: failure} }
			deliver(r)
			advance(firstProbeDelay)
			if got, want := len(p.probes) == 1, slices.Contains(down, failure); got != want {
				t.Errorf("after %q: probed %t, want %t", failure, got, want)
			}
		})
	}
}

func TestProbeHandlersKeepsProbingHandlersThatAreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		if absent := r.ProbeHandlers(t.Context()); len(absent) != 1 {
			t.Errorf("handler down: got %v, want the target", absent)
		}
		p.setUp(true)
		advance(time.Minute)
		wantProbes(t, p, 0, firstProbeDelay)
		wantHandlerBack(t, p, Notice{At: p.started.Add(firstProbeDelay)})
		if absent := r.ProbeHandlers(t.Context()); absent != nil {
			t.Errorf("handler up: got %v, want none", absent)
		}
		advance(time.Minute)
		wantProbes(t, p, 0, firstProbeDelay, time.Minute)
	})
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		defer r.Close()
		interrupted, interrupt := context.WithCancel(t.Context())
		interrupt()
		if absent := r.ProbeHandlers(interrupted); len(absent) != 1 {
			t.Errorf("interrupted, handler down: got %v, want the target", absent)
		}
		advance(time.Minute)
		wantProbes(t, p, 0)
	})
}

func TestCloseEndsProbingAndNoProbeStartsAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newProbedRelay()
		deliver(r)
		advance(300 * time.Millisecond)
		r.Close()
		deliver(r)
		p.setUp(true)
		advance(time.Minute)
		wantProbes(t, p, firstProbeDelay)
		wantHandlerBack(t, p)
	})
}

func TestCloseWaitsForAProbeInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := newProbedRelay()
		proceed := make(chan struct{})
		r.o.Sender.(*scriptedSender).reachable = func(context.Context) error {
			<-proceed
			return errors.New("interrupted")
		}
		deliver(r)
		advance(firstProbeDelay)
		closed := make(chan struct{})
		go func() {
			r.Close()
			close(closed)
		}()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close returned while a probe was in progress")
		default:
		}
		close(proceed)
		<-closed
	})
}

func TestADeliveryDuringCloseLeavesNoProbeRunning(t *testing.T) {
	defer testkit.CheckLeaks(t, goleak.IgnoreCurrent()) // goroutines of earlier tests may still be ending
	for range 50 {
		r, _ := newProbedRelay()
		var both sync.WaitGroup
		both.Go(func() { deliver(r) })
		both.Go(r.Close)
		both.Wait()
	}
}

func TestARestartedHandlerIsReportedAsBack(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	notices := make(chan Notice, 10)
	r := start(t, handler.URL(), func(p *rigOptions) { p.relay.Notify = func(n Notice) { notices <- n } })
	handler.Stop()
	for range 2 {
		if got := r.postSigned(sampleBody); got.code != http.StatusBadGateway {
			t.Errorf("without a handler: got %d, want 502", got.code)
		}
	}
	missed := r.recorded()
	testkit.ServeOn(t, handler.Addr(), testkit.Respond(http.StatusOK, "ok"))
	n := receive(t, notices, "the handler to be back")
	if n.Kind != NoticeHandlerBack || n.Missed != 2 || !n.Since.Equal(missed[0].ReceivedAt) || n.Target.Host() != handler.Addr() {
		t.Errorf("got notices %+v, want one: %s is back and missed 2 deliveries since %v", n, handler.Addr(), missed[0].ReceivedAt)
	}
	if got := r.postSigned(sampleBody); got.code != http.StatusOK {
		t.Errorf("with the handler again: got %d, want 200", got.code)
	}
}
