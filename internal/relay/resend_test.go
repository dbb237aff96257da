package relay

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// resuming returns a relay with Hold, and a held delivery for each body.
func resuming(send func(context.Context, []byte) webhook.Attempt, ordered bool, bodies ...string) (*Relay, *memoryLog, []store.Due) {
	target, _ := dispatch.ParseTarget("localhost:3000", "/")
	log := newMemoryLog()
	var pending []store.Due
	for i, body := range bodies {
		id := webhook.ID(fmt.Sprintf("dlv_%010d", i))
		log.all[id] = &webhook.Delivery{Summary: webhook.Summary{ID: id, Status: webhook.StatusPending}, Body: []byte(body)}
		pending = append(pending, store.Due{ID: id, Target: target.String()})
	}
	there := func(context.Context) error { return nil }
	r := New(Options{
		Log: log, Backlog: log, Sender: &scriptedSender{send: send, reachable: there}, Routes: To(target), Hold: true, Ordered: ordered, Now: time.Now,
	})
	return r, log, pending
}

func TestHeldDeliveriesAreSentConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &slowHandler{now: map[string]int{}, most: map[string]int{}}
		r, _, pending := resuming(handler.send, false, slices.Repeat([]string{`{"data":{"id":"job_a"}}`}, 24)...)
		defer r.Close()
		started := time.Now()
		r.Resume(pending)
		synctest.Wait()
		handler.mu.Lock()
		n := len(handler.started)
		handler.mu.Unlock()
		if n != 8 {
			t.Errorf("%d are sent at once, want 8", n)
		}
		r.life.background.Wait()
		if took := time.Since(started); len(handler.started) != len(pending) || took != 3*time.Second || r.Held() != 0 {
			t.Errorf("%d of %d took %v, and %d are still held; want all in 3 s", len(handler.started), len(pending), took, r.Held())
		}
	})
}

func TestOrderedSendsHeldDeliveriesOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &slowHandler{now: map[string]int{}, most: map[string]int{}}
		var all []string
		for n := range 4 {
			all = append(all, string(job("job_a", n)), string(job("job_b", n)))
		}
		r, _, pending := resuming(handler.send, true, all...)
		defer r.Close()
		started := time.Now()
		r.Resume(pending)
		r.life.background.Wait()
		if took := time.Since(started); took != 8*time.Second || !slices.Equal(handler.started, all) {
			t.Errorf("sent %q in %v, want %q, one at a time", handler.started, took, all)
		}
	})
}

// A delivery is not sent before its row is in the log. Until then, later ones do not overtake it.
func TestOrderedDoesNotSkipADeliveryThatIsNotReady(t *testing.T) {
	r := New(Options{Routes: To(parseTarget(t, testkit.RefusingAddr(t))), Now: time.Now, Ordered: true})
	defer r.Close()
	h := r.upstreams[0].held
	first, second := &heldDelivery{seq: 1}, &heldDelivery{seq: 2, state: heldReady}
	h.insert(first)
	h.insert(second)
	if got := h.next(); got != nil {
		t.Errorf("next is %+v, want none", got)
	}
	first.state = heldReady
	if got := h.next(); got != first {
		t.Errorf("next is %+v, want the first", got)
	}
}

// died returns an attempt at a handler that exits before it responds.
func died() webhook.Attempt {
	return webhook.Attempt{StartedAt: time.Now(), Failure: webhook.FailureReset}
}

func refused(context.Context) error {
	return &dispatch.UnreachableError{Failure: webhook.FailureRefused}
}

func TestADeliveryIsHeldIfItsHandlerCrashes(t *testing.T) {
	var mu sync.Mutex
	sent := 0
	restarted := make(chan struct{})
	r := start(t, "localhost:3000", withHold(&rigLog{}), func(p *rigOptions) {
		p.relay.Sender = &scriptedSender{
			send: func(context.Context, []byte) webhook.Attempt {
				mu.Lock()
				defer mu.Unlock()
				if sent++; sent == 1 {
					return died()
				}
				return webhook.Attempt{StartedAt: time.Now(), Code: http.StatusOK}
			},
			reachable: func(ctx context.Context) error {
				select {
				case <-restarted:
					return nil
				default:
					return refused(ctx)
				}
			},
		}
	})
	if got := r.postSigned(sampleBody); got.code != http.StatusOK || got.body != "" {
		t.Errorf("got %d %q, want an empty 200", got.code, got.body)
	}
	d := r.onlyDelivery()
	if len(d.History) != 1 || d.History[0].Failure != webhook.FailureReset || d.History[0].Error != crashedText {
		t.Errorf("attempts: %+v, want the one during the crash, and another", d.History)
	}
	pending, err := r.log.AdoptPending(t.Context(), r.o.Session, []string{r.o.Session}, false)
	if err != nil || len(pending) != 1 || !pending[0].Uncertain {
		t.Errorf("held: %+v, %v; want the delivery, uncertain", pending, err)
	}
	close(restarted)
	r.waitFor("it to be delivered", allDelivered(1))
	r.waitUntil("the queue to be empty", func() bool { return r.Held() == 0 })
	if got := r.Tally().Counts(); got.Delivered != 1 || got.Unreachable != 0 {
		t.Errorf("counted %+v, want one delivered and none unreachable", got)
	}
}

// If the port still accepts connections, or a response has started, the handler has the delivery, and its failure is the result.
func TestADeliveryIsNotHeldIfItsHandlerKeepsRunning(t *testing.T) {
	answering := died()
	answering.FirstByte = time.Millisecond
	half := died()
	half.Code = http.StatusOK
	for name, tc := range map[string]struct {
		attempt   webhook.Attempt
		reachable func(context.Context) error
	}{
		"it accepts connections": {died(), func(context.Context) error { return nil }},
		"a response started":     {answering, refused},
		"half a response":        {half, refused},
		"it is too slow":         {webhook.Attempt{StartedAt: time.Now(), Failure: webhook.FailureTimeout}, refused},
		"a bad response":         {webhook.Attempt{StartedAt: time.Now(), Failure: webhook.FailureBadResponse}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, "localhost:3000", withHold(&rigLog{}), func(p *rigOptions) {
				p.relay.Sender = &scriptedSender{send: func(context.Context, []byte) webhook.Attempt { return tc.attempt }, reachable: tc.reachable}
			})
			r.postSigned(sampleBody)
			if d := r.onlyDelivery(); r.Held() != 0 || len(d.History) != 1 || d.History[0].Error == crashedText {
				t.Errorf("%d are held, attempts %+v; want none, and the attempt unchanged", r.Held(), d.History)
			}
		})
	}
}

func TestADeliveryThatKeepsCrashingItsHandlerIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, pending := resuming(func(context.Context, []byte) webhook.Attempt { return died() }, false, "{}")
		defer r.Close()
		probes := 0
		r.o.Sender.(*scriptedSender).reachable = func(ctx context.Context) error {
			if probes++; probes%2 == 1 { // down after the attempt, then restarted
				return refused(ctx)
			}
			return nil
		}
		r.Resume(pending)
		r.life.background.Wait()
		d := log.all[pending[0].ID]
		if len(d.History) != maxCrashes+1 || d.Status != webhook.StatusUnreachable || len(log.rows) != 0 {
			t.Errorf("%d attempts, %s, rows %+v; want %d, unreachable, none", len(d.History), d.Status, log.rows, maxCrashes+1)
		}
	})
}

// unsent returns the number of the session's deliveries that were never sent, and the number with an unknown outcome.
func (r *rig) unsent() store.PendingCount {
	r.tb.Helper()
	all, err := r.log.Reader().CountPending(r.tb.Context())
	if err != nil || len(all) > 1 {
		r.tb.Fatalf("Unsent: %+v, %v", all, err)
	}
	if len(all) == 0 {
		return store.PendingCount{}
	}
	all[0].Session = ""
	return all[0]
}

func TestTheLogTellsUnsentDeliveriesFromThoseInProgress(t *testing.T) {
	entered, answer := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-answer
	})
	nowhere := stoppedHandler(t)
	r := start(t, nowhere, withHold(&rigLog{}))
	r.postSigned(sampleBody)
	if got, want := r.unsent(), (store.PendingCount{NeverSent: 1}); got != want {
		t.Errorf("after the 200: %+v, want %+v", got, want)
	}
	testkit.ServeOn(t, nowhere, slow)
	receive(t, entered, "the handler")
	if got, want := r.unsent(), (store.PendingCount{Unknown: 1}); got != want {
		t.Errorf("during the attempt: %+v, want %+v", got, want)
	}
	answer <- struct{}{}
	r.waitFor("it to be delivered", allDelivered(1))
	if got := r.unsent(); got != (store.PendingCount{}) {
		t.Errorf("after delivery: %+v, want none", got)
	}

	direct := start(t, testkit.Serve(t, slow).URL())
	done := make(chan struct{})
	go func() {
		defer close(done)
		direct.postSigned(sampleBody)
	}()
	receive(t, entered, "the handler")
	if got, want := direct.unsent(), (store.PendingCount{Unknown: 1}); got != want {
		t.Errorf("while a new delivery is sent: %+v, want %+v", got, want)
	}
	answer <- struct{}{}
	<-done
}

func TestAHeldDeliveryThatFindsTheHandlerDownAgainIsUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, pending := resuming(func(context.Context, []byte) webhook.Attempt {
			return webhook.Attempt{Failure: webhook.FailureRefused, StartedAt: time.Now()}
		}, false, "{}")
		defer r.Close()
		r.o.Sender.(*scriptedSender).reachable = refused
		r.Resume(pending)
		synctest.Wait()
		if row := log.row(pending[0]); row.Uncertain || !r.upstreams[0].handler.down.Load() {
			t.Errorf("the row is %+v, want it never sent", row)
		}
		r.Drain()
	})
}

func TestTheTallyCountsResumedDeliveriesSeparately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &slowHandler{now: map[string]int{}, most: map[string]int{}}
		r, log, pending := resuming(handler.send, false, "{}", "{}")
		defer r.Close()
		log.all[pending[1].ID].Status = webhook.StatusUnreachable
		pending[1].Uncertain = true
		if got, want := r.Resume(pending), (Resumed{Deliveries: 2, Uncertain: 1}); got != want {
			t.Errorf("resumed %+v, want %+v", got, want)
		}
		r.tally.attempted(webhook.Attempt{Failure: webhook.FailureRefused}) // of this session
		r.life.background.Wait()
		if got, want := r.Tally().Counts(), (Counts{Unreachable: 1, Resumed: 2}); got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
	})
}

func TestAResumedDeliveryGoesToTheCurrentRoutes(t *testing.T) {
	old := stoppedHandler(t)
	r := start(t, old, withHold(&rigLog{}))
	r.postSigned(sampleBody)
	r.Drain()
	pending, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, false)
	if err != nil || len(pending) != 1 {
		t.Fatalf("Adopt: %+v, %v", pending, err)
	}
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	next := New(Options{
		Log: r.log, Sender: r.o.Sender, Routes: To(parseTarget(t, handler.URL())), Hold: true, Backlog: r.log.Reader(), Now: time.Now,
	})
	defer next.Close()
	if got := next.Resume(pending); got.Deliveries != 1 {
		t.Errorf("resumed %+v, want the delivery", got)
	}
	handler.Wait(1)
	r.waitFor("it to be delivered", allDelivered(1))
	if due, err := r.log.Reader().Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("still due: %v, %v; want none", due, err)
	}
}

func (*memoryLog) Flush(context.Context) error { return nil }
