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
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// holds makes a rig hold what finds no handler.
func holds(r *rigLog) func(*parts) {
	return func(p *parts) {
		p.relay.Hold = true
		p.relay.Backlog = r
		r.log = p.relay.Log.(*store.Log)
	}
}

// rigLog is the log of a rig as a Backlog.
type rigLog struct{ log *store.Log }

func (l *rigLog) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	return l.log.Reader().Get(ctx, id)
}

// left is the address of a handler that has gone, and may come back.
func left(t *testing.T) string {
	t.Helper()
	h := testkit.Serve(t, testkit.Answer(http.StatusOK, ""))
	h.Stop()
	return h.Addr()
}

func numbered(n int) string {
	return fmt.Sprintf(`{"event":"render.processing","timestamp":"2026-11-23T12:00:00Z","data":{"id":"job_%d"}}`, n)
}

func bodies(requests []testkit.Request) []string {
	var all []string
	for _, r := range requests {
		all = append(all, string(r.Body))
	}
	return all
}

func allDelivered(n int) func([]webhook.Delivery) bool {
	return func(all []webhook.Delivery) bool {
		return len(all) == n && !slices.ContainsFunc(all, func(d webhook.Delivery) bool { return d.Status != webhook.StatusDelivered })
	}
}

func TestWhatFindsNoHandlerIsAnsweredAndSentWhenItIsBack(t *testing.T) {
	nowhere := left(t)
	r := start(t, nowhere, holds(&rigLog{}))
	var want []string
	for n := range 20 {
		want = append(want, numbered(n))
		if got := r.postSigned(numbered(n)); got.code != http.StatusOK || got.body != "" {
			t.Fatalf("delivery %d got %d %q, want an empty 200", n, got.code, got.body)
		}
	}
	for _, d := range r.recorded() {
		if d.Status != webhook.StatusPending {
			t.Errorf("%s is %s while it is held, want pending", d.ID, d.Status)
		}
	}
	if got := r.Held(); got != 20 {
		t.Errorf("%d are held, want 20", got)
	}
	handler := testkit.ServeOn(t, nowhere, testkit.VerifyPrefixed(secretText))
	handler.Wait(20)
	r.await("all to be delivered", allDelivered(20))
	r.until("none to be held", func() bool { return r.Held() == 0 }) // which it is a moment after the log knows
	r.until("that it is told", func() bool { return len(r.told.of(NoticeHandlerBack)) > 0 })
	got := bodies(handler.Requests())
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the handler got %q, want each once: %q", got, want)
	}
	if told := r.told.of(NoticeHolding); len(told) != 1 {
		t.Errorf("told %d times that deliveries are held, want once", len(told))
	}
	if told := r.told.of(NoticeHandlerBack); len(told) != 1 || told[0].Held != 20 || told[0].Missed != 0 {
		t.Errorf("told %+v, want once that 20 were held, and none missed", told)
	}
	if got := r.Tally().Counts(); got.Received != 20 || got.Delivered != 20 || got.Unreachable != 0 {
		t.Errorf("counted %+v, want 20 received and delivered", got)
	}
	// From now on each goes its own way again.
	if got := r.postSigned(sampleBody); got.code != http.StatusOK || got.body == "" {
		t.Errorf("after that a delivery got %d %q, want the handler's own answer", got.code, got.body)
	}
}

func TestASenderWithTheTokenWaitsForWhatIsHeld(t *testing.T) {
	nowhere := left(t)
	r := start(t, nowhere, holds(&rigLog{}))
	answers := make(chan reply, 1)
	go func() {
		answers <- r.post(sampleBody, trust(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.await("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	testkit.ServeOn(t, nowhere, testkit.Answer(http.StatusTeapot, "no"))
	got := receive(t, answers, "the sender's answer")
	if got.code != http.StatusTeapot || got.header.Get(session.StatusHeader) != string(webhook.StatusRefused) {
		t.Errorf("got %d, %q; want what the handler said at last, refused", got.code, got.header)
	}
}

func TestDrainingLeavesWhatIsHeldToTheNextSession(t *testing.T) {
	nowhere := left(t)
	r := start(t, nowhere, holds(&rigLog{}))
	answers := make(chan reply, 1)
	go func() {
		answers <- r.post(sampleBody, trust(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.await("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	r.Drain()
	got := receive(t, answers, "the sender's answer")
	if got.code != http.StatusAccepted || got.header.Get(session.StatusHeader) != string(webhook.StatusPending) {
		t.Errorf("got %d, %q; want 202, pending", got.code, got.header)
	}
	owed, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, true)
	if err != nil || len(owed) != 1 || owed[0].ID != r.only().ID {
		t.Fatalf("the next session takes over %+v, %v; want the delivery", owed, err)
	}
	handler := testkit.Serve(t, testkit.Answer(http.StatusOK, ""))
	next := New(Options{
		Log: r.log, Sender: r.o.Sender, Routes: To(parseTarget(t, handler.URL())), Hold: true, Backlog: &rigLog{r.log}, Now: time.Now,
	})
	defer next.Close()
	next.Resume(owed)
	handler.Wait(1)
	r.await("the delivery to be delivered", allDelivered(1))
}

func TestOneOfSeveralTargetsHoldsAndTheOthersDoNotWait(t *testing.T) {
	there := testkit.Serve(t, testkit.Answer(http.StatusOK, "here"))
	nowhere := left(t)
	r := start(t, nowhere, holds(&rigLog{}), func(p *parts) {
		p.relay.Routes = []Route{{Target: parseTarget(t, there.URL())}, {Target: parseTarget(t, nowhere)}}
	})
	r.postSigned(numbered(1))
	r.postSigned(numbered(2))
	there.Wait(2)
	for _, d := range r.recorded() {
		if d.Status != webhook.StatusUnreachable {
			t.Errorf("%s is %s while one target owes an answer, want unreachable", d.ID, d.Status)
		}
	}
	late := testkit.ServeOn(t, nowhere, testkit.Answer(http.StatusOK, "late"))
	late.Wait(2)
	r.await("both to be delivered", allDelivered(2))
	if got := len(there.Requests()); got != 2 {
		t.Errorf("the target that was there got %d, want 2: nothing twice", got)
	}
	owed, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, true)
	if err != nil || owed != nil {
		t.Errorf("still owed: %+v, %v; want nothing", owed, err)
	}
}

func TestWhatArrivesAtOnceIsHeldInTheOrderOfArrival(t *testing.T) {
	r := New(Options{Routes: To(parseTarget(t, testkit.Nowhere(t))), Now: time.Now})
	defer r.Close()
	h := r.outlets[0].held
	for _, n := range []int64{5, 2, 9, 1} {
		h.insert(&heldDelivery{n: n})
	}
	h.waiting[0].state = heldSending
	h.insert(&heldDelivery{n: 0}) // nothing goes before what is being sent
	var got []int64
	for _, held := range h.waiting {
		got = append(got, held.n)
	}
	if want := []int64{1, 0, 2, 5, 9}; !slices.Equal(got, want) {
		t.Errorf("in line: %v, want %v", got, want)
	}
}

// memory is a Log and a Backlog of one delivery, on the clock of a bubble.
type memory struct {
	mu       sync.Mutex
	delivery webhook.Delivery
	due      []store.Due
}

func (m *memory) Record(context.Context, *webhook.Delivery) error { return nil }

func (m *memory) QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) error {
	_, err := m.AddAttempts(id, attempts, due)
	return err
}

func (m *memory) AddAttempts(_ webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delivery.History = append(m.delivery.History, attempts...)
	m.delivery.Status, m.due = webhook.StatusOf(m.delivery.History), due
	return m.delivery.Status, nil
}

func (m *memory) Hold(due store.Due, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due = []store.Due{due}
	return nil
}

func (m *memory) Get(context.Context, webhook.ID) (webhook.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.delivery, nil
}

// retrying is a relay that tries again, and the times at which its handler was asked.
func retrying(schedule dispatch.Schedule, answer func(n int) int) (*Relay, *memory, *[]time.Time, *notices) {
	var mu sync.Mutex
	times, told, log := &[]time.Time{}, &notices{}, &memory{}
	sender := &scripted{send: func(context.Context, []byte) webhook.Attempt {
		mu.Lock()
		defer mu.Unlock()
		*times = append(*times, time.Now())
		return webhook.Attempt{Code: answer(len(*times)), StartedAt: time.Now()}
	}}
	target, _ := dispatch.ParseTarget("localhost:3000", "/")
	r := New(Options{Sender: sender, Routes: To(target), Retry: &schedule, Log: log, Backlog: log, Now: time.Now, Notify: told.add})
	return r, log, times, told
}

// fail sends the delivery for the first time, as an ingress does.
func (m *memory) fail(r *Relay) {
	s := r.send(context.Background(), &recorded{})
	_, _ = r.settle("dlv_0", s)
}

func TestWhatIsRefusedIsTriedAgainOnTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, told := retrying(dispatch.Schedule{}, func(int) int { return http.StatusInternalServerError })
		defer r.Close()
		began := time.Now()
		log.fail(r)
		pass(24 * time.Hour)
		var after []time.Duration
		for _, at := range *times {
			after = append(after, at.Sub(began))
		}
		s, m, h := time.Second, time.Minute, time.Hour
		want := []time.Duration{0, 30 * s, 2*m + 30*s, 12*m + 30*s, h + 12*m + 30*s, 7*h + 12*m + 30*s}
		if !slices.Equal(after, want) {
			t.Errorf("asked the handler after %v, want %v", after, want)
		}
		if up := told.of(NoticeGivenUp); len(up) != 1 || up[0].Tries != 6 || log.due != nil {
			t.Errorf("told %+v with %+v due, want once that it failed 6 times, and nothing due", up, log.due)
		}
		if got := r.Tally().Counts(); got.Refused != 1 {
			t.Errorf("counted %+v, want the one delivery once", got)
		}
	})
}

func TestADeliveredRetryEndsTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, _ := retrying(dispatch.Schedule{Speed: 60}, func(n int) int { return []int{500, 500, 200}[n-1] })
		defer r.Close()
		log.fail(r)
		pass(24 * time.Hour)
		if len(*times) != 3 || log.delivery.Status != webhook.StatusDelivered {
			t.Errorf("tried %d times, %s; want three times, delivered", len(*times), log.delivery.Status)
		}
		if got, want := (*times)[2].Sub((*times)[0]), 2500*time.Millisecond; got != want {
			t.Errorf("at 60 times the speed the third came after %v, want %v", got, want)
		}
		if got := r.Tally().Counts(); got.Delivered != 1 || got.Refused != 0 {
			t.Errorf("counted %+v, want one delivered and none refused", got)
		}
	})
}

func TestWhatAReplayDeliveredIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, _ := retrying(dispatch.Schedule{}, func(int) int { return http.StatusInternalServerError })
		defer r.Close()
		log.fail(r)
		log.mu.Lock()
		log.delivery.ResolvedBy = "dlv_1"
		log.mu.Unlock()
		pass(24 * time.Hour)
		if len(*times) != 1 {
			t.Errorf("tried %d times, want once", len(*times))
		}
	})
}

func TestARestartGoesOnWhereTheScheduleWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, _ := retrying(dispatch.Schedule{}, func(int) int { return http.StatusInternalServerError })
		defer r.Close()
		target := r.outlets[0].target.String()
		log.delivery.History = []webhook.Attempt{{Target: target, Code: 500}, {Target: target, Code: 500}}
		began := time.Now()
		r.Resume([]store.Due{{ID: "dlv_0", Target: target, At: began.Add(time.Minute), Tries: 2}})
		pass(2 * time.Minute)
		if len(*times) != 1 || (*times)[0].Sub(began) != time.Minute {
			t.Fatalf("tried at %v, want once, after a minute", *times)
		}
		if len(log.due) != 1 || log.due[0].At.Sub(began) != 11*time.Minute || log.due[0].Tries != 3 {
			t.Errorf("due next: %+v, want ten minutes later, as after a third attempt", log.due)
		}
	})
}
