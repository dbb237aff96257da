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

// shelf is a Log and a Backlog of many deliveries in memory, on the clock of a bubble.
type shelf struct {
	noRecords
	mu   sync.Mutex
	all  map[webhook.ID]*webhook.Delivery
	rows map[webhook.ID]store.Due
}

// noRecords leaves out the part of a Log that resending does not use.
type noRecords struct{}

func (noRecords) Record(context.Context, *webhook.Delivery) error                { return nil }
func (noRecords) QueueAttempts(webhook.ID, []webhook.Attempt, []store.Due) error { return nil }

func (s *shelf) Get(_ context.Context, id webhook.ID) (webhook.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.all[id], nil
}

func (s *shelf) Hold(due store.Due, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows[due.ID] = due
	return nil
}

func (s *shelf) AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.all[id]
	d.History = append(d.History, attempts...)
	d.Status = webhook.StatusOf(d.History)
	delete(s.rows, id)
	for _, row := range due {
		s.rows[id] = row
	}
	return d.Status, nil
}

// resuming returns a relay that holds, and what it is to resume: a delivery for each body.
func resuming(send func(context.Context, []byte) webhook.Attempt, ordered bool, bodies ...string) (*Relay, *shelf, []store.Due) {
	target, _ := dispatch.ParseTarget("localhost:3000", "/")
	log := &shelf{all: map[webhook.ID]*webhook.Delivery{}, rows: map[webhook.ID]store.Due{}}
	var owed []store.Due
	for i, body := range bodies {
		id := webhook.ID(fmt.Sprintf("dlv_%010d", i))
		log.all[id] = &webhook.Delivery{Summary: webhook.Summary{ID: id, Status: webhook.StatusPending}, Body: []byte(body)}
		owed = append(owed, store.Due{ID: id, Target: target.String()})
	}
	there := func(context.Context) error { return nil }
	r := New(Options{
		Log: log, Backlog: log, Sender: &scripted{send: send, reachable: there}, Routes: To(target), Hold: true, Ordered: ordered, Now: time.Now,
	})
	return r, log, owed
}

func TestHeldDeliveriesAreSentSeveralAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &taking{now: map[string]int{}, most: map[string]int{}}
		r, _, owed := resuming(handler.send, false, slices.Repeat([]string{`{"data":{"id":"job_a"}}`}, 24)...)
		defer r.Close()
		began := time.Now()
		r.Resume(owed)
		synctest.Wait()
		handler.mu.Lock()
		n := len(handler.began)
		handler.mu.Unlock()
		if n != 8 {
			t.Errorf("%d are sent at once, want 8", n)
		}
		r.later.Wait()
		if took := time.Since(began); len(handler.began) != len(owed) || took != 3*time.Second || r.Held() != 0 {
			t.Errorf("%d of %d took %v, and %d are still held; want all in 3 s", len(handler.began), len(owed), took, r.Held())
		}
	})
}

func TestWithOrderedHeldDeliveriesAreSentOneAtATimeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &taking{now: map[string]int{}, most: map[string]int{}}
		var all []string
		for n := range 4 {
			all = append(all, string(job("job_a", n)), string(job("job_b", n)))
		}
		r, _, owed := resuming(handler.send, true, all...)
		defer r.Close()
		began := time.Now()
		r.Resume(owed)
		r.later.Wait()
		if took := time.Since(began); took != 8*time.Second || !slices.Equal(handler.began, all) {
			t.Errorf("sent %q in %v, want %q, one at a time", handler.began, took, all)
		}
	})
}

// A delivery is not sent before its row is in the log. Meanwhile the ones behind it do not overtake it.
func TestWithOrderedADeliveryThatIsNotReadyIsNotOvertaken(t *testing.T) {
	r := New(Options{Routes: To(parseTarget(t, testkit.Nowhere(t))), Now: time.Now, Ordered: true})
	defer r.Close()
	h := r.outlets[0].held
	first, second := &heldDelivery{n: 1}, &heldDelivery{n: 2, state: heldReady}
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

// died is the attempt at a handler whose process ends before it answers.
func died() webhook.Attempt {
	return webhook.Attempt{StartedAt: time.Now(), Failure: webhook.FailureReset}
}

func refused(context.Context) error {
	return &dispatch.UnreachableError{Failure: webhook.FailureRefused}
}

func TestADeliveryThatADyingHandlerTookIsHeldAndSentAgain(t *testing.T) {
	var mu sync.Mutex
	sent := 0
	restarted := make(chan struct{})
	r := start(t, "localhost:3000", holds(&rigLog{}), func(p *parts) {
		p.relay.Sender = &scripted{
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
	d := r.only()
	if len(d.History) != 1 || d.History[0].Failure != webhook.FailureReset || d.History[0].Error != crashedText {
		t.Errorf("attempts: %+v, want the one that the handler died in, and that it is sent again", d.History)
	}
	owed, err := r.log.AdoptPending(t.Context(), r.o.Session, []string{r.o.Session}, false)
	if err != nil || len(owed) != 1 || !owed[0].Uncertain {
		t.Errorf("held: %+v, %v; want the delivery, and that it may have reached the handler", owed, err)
	}
	close(restarted)
	r.await("it to be delivered", allDelivered(1))
	r.until("the queue to be empty", func() bool { return r.Held() == 0 })
	if got := r.Tally().Counts(); got.Delivered != 1 || got.Unreachable != 0 {
		t.Errorf("counted %+v, want one delivered and none unreachable", got)
	}
}

// The port still takes connections, or the handler began to answer: then it has the delivery, and its failure is the result.
func TestADeliveryWhoseHandlerLivesOnIsNotHeld(t *testing.T) {
	answering := died()
	answering.FirstByte = time.Millisecond
	half := died()
	half.Code = http.StatusOK
	for name, tc := range map[string]struct {
		attempt   webhook.Attempt
		reachable func(context.Context) error
	}{
		"it takes connections":   {died(), func(context.Context) error { return nil }},
		"it began to answer":     {answering, refused},
		"it answered by half":    {half, refused},
		"it is too slow":         {webhook.Attempt{StartedAt: time.Now(), Failure: webhook.FailureTimeout}, refused},
		"its answer was refused": {webhook.Attempt{StartedAt: time.Now(), Failure: webhook.FailureBadResponse}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, "localhost:3000", holds(&rigLog{}), func(p *parts) {
				p.relay.Sender = &scripted{send: func(context.Context, []byte) webhook.Attempt { return tc.attempt }, reachable: tc.reachable}
			})
			r.postSigned(sampleBody)
			if d := r.only(); r.Held() != 0 || len(d.History) != 1 || d.History[0].Error == crashedText {
				t.Errorf("%d are held, attempts %+v; want none, and the attempt as it was", r.Held(), d.History)
			}
		})
	}
}

func TestADeliveryThatKillsItsHandlerEachTimeIsNotHeldForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, owed := resuming(func(context.Context, []byte) webhook.Attempt { return died() }, false, "{}")
		defer r.Close()
		looks := 0
		r.o.Sender.(*scripted).reachable = func(ctx context.Context) error {
			if looks++; looks%2 == 1 { // after the attempt it is gone, and then it is restarted
				return refused(ctx)
			}
			return nil
		}
		r.Resume(owed)
		r.later.Wait()
		d := log.all[owed[0].ID]
		if len(d.History) != maxCrashes+1 || d.Status != webhook.StatusUnreachable || len(log.rows) != 0 {
			t.Errorf("%d attempts, %s, rows %+v; want %d, unreachable, none", len(d.History), d.Status, log.rows, maxCrashes+1)
		}
	})
}

// unsent returns how many deliveries of the rig's session are known to be never sent, and how many have an unknown outcome.
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

func TestTheLogSaysWhetherAPendingDeliveryWasSent(t *testing.T) {
	entered, answer := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-answer
	})
	nowhere := left(t)
	r := start(t, nowhere, holds(&rigLog{}))
	r.postSigned(sampleBody)
	if got, want := r.unsent(), (store.PendingCount{NeverSent: 1}); got != want {
		t.Errorf("when the sender has its 200: %+v, want %+v", got, want)
	}
	testkit.ServeOn(t, nowhere, slow)
	receive(t, entered, "the handler")
	if got, want := r.unsent(), (store.PendingCount{Unknown: 1}); got != want {
		t.Errorf("while it is sent: %+v, want %+v", got, want)
	}
	answer <- struct{}{}
	r.await("it to be delivered", allDelivered(1))
	if got := r.unsent(); got != (store.PendingCount{}) {
		t.Errorf("once it is delivered: %+v, want none", got)
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

func TestAHeldDeliveryThatFindsNoHandlerAgainWasNeverSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, owed := resuming(func(context.Context, []byte) webhook.Attempt {
			return webhook.Attempt{Failure: webhook.FailureRefused, StartedAt: time.Now()}
		}, false, "{}")
		defer r.Close()
		r.o.Sender.(*scripted).reachable = refused
		r.Resume(owed)
		synctest.Wait()
		if row := log.rows[owed[0].ID]; row.Uncertain || !r.outlets[0].handler.down.Load() {
			t.Errorf("the row says %+v, want that it was never sent", row)
		}
		r.Drain()
	})
}

func TestASummaryCountsTheDeliveriesOfItsOwnSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &taking{now: map[string]int{}, most: map[string]int{}}
		r, log, owed := resuming(handler.send, false, "{}", "{}")
		defer r.Close()
		log.all[owed[1].ID].Status = webhook.StatusUnreachable
		owed[1].Uncertain = true
		if got, want := r.Resume(owed), (Resumed{Deliveries: 2, Uncertain: 1}); got != want {
			t.Errorf("resumed %+v, want %+v", got, want)
		}
		r.tally.attempted(webhook.Attempt{Failure: webhook.FailureRefused}) // of this session
		r.later.Wait()
		if got, want := r.Tally().Counts(), (Counts{Unreachable: 1, Resumed: 2}); got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
	})
}

func TestAHeldDeliveryGoesWhereTheRoutesLeadNow(t *testing.T) {
	old := left(t)
	r := start(t, old, holds(&rigLog{}))
	r.postSigned(sampleBody)
	r.Drain()
	owed, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, false)
	if err != nil || len(owed) != 1 {
		t.Fatalf("Adopt: %+v, %v", owed, err)
	}
	handler := testkit.Serve(t, testkit.Answer(http.StatusOK, ""))
	next := New(Options{
		Log: r.log, Sender: r.o.Sender, Routes: To(parseTarget(t, handler.URL())), Hold: true, Backlog: r.log.Reader(), Now: time.Now,
	})
	defer next.Close()
	if got := next.Resume(owed); got.Deliveries != 1 {
		t.Errorf("resumed %+v, want the delivery", got)
	}
	handler.Wait(1)
	r.await("it to be delivered", allDelivered(1))
	if due, err := r.log.Reader().Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("still to be sent: %v, %v; want nothing", due, err)
	}
}
