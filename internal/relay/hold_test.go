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
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// withHold sets Hold, with the rig's log as the backlog.
func withHold(r *rigLog) func(*rigOptions) {
	return func(p *rigOptions) {
		p.relay.Hold = true
		p.relay.Backlog = r
		r.log = p.relay.Log.(*store.Log)
	}
}

// rigLog is a Backlog that reads a rig's log.
type rigLog struct{ log *store.Log }

func (l *rigLog) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	return l.log.Reader().Get(ctx, id)
}

// stoppedHandler returns the address of a handler that has stopped. A test may start another one there.
func stoppedHandler(t *testing.T) string {
	t.Helper()
	h := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
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

func TestHeldDeliveriesGet200AndAreSentOnceTheHandlerIsBack(t *testing.T) {
	nowhere := stoppedHandler(t)
	r := start(t, nowhere, withHold(&rigLog{}))
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
	r.waitFor("all to be delivered", allDelivered(20))
	r.waitUntil("none to be held", func() bool { return r.Held() == 0 }) // the queue changes shortly after the log
	r.waitUntil("a notice", func() bool { return len(r.notices.of(NoticeHandlerBack)) > 0 })
	got := bodies(handler.Requests())
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the handler got %q, want each once: %q", got, want)
	}
	if notices := r.notices.of(NoticeHolding); len(notices) != 1 {
		t.Errorf("%d notices that deliveries are held, want 1", len(notices))
	}
	if notices := r.notices.of(NoticeHandlerBack); len(notices) != 1 || notices[0].Held != 20 || notices[0].Missed != 0 {
		t.Errorf("got notices %+v, want one with 20 held and none missed", notices)
	}
	if got := r.Tally().Counts(); got.Received != 20 || got.Delivered != 20 || got.Unreachable != 0 {
		t.Errorf("counted %+v, want 20 received and delivered", got)
	}
	// New deliveries go directly to the handler again.
	if got := r.postSigned(sampleBody); got.code != http.StatusOK || got.body == "" {
		t.Errorf("after that a delivery got %d %q, want the handler's response", got.code, got.body)
	}
}

func TestATrustedSenderWaitsForAHeldDelivery(t *testing.T) {
	nowhere := stoppedHandler(t)
	r := start(t, nowhere, withHold(&rigLog{}))
	answers := make(chan reply, 1)
	go func() {
		answers <- r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.waitFor("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	testkit.ServeOn(t, nowhere, testkit.Respond(http.StatusTeapot, "no"))
	got := receive(t, answers, "the response")
	if got.code != http.StatusTeapot || got.header.Get(session.StatusHeader) != string(webhook.StatusRefused) {
		t.Errorf("got %d, %q; want the final response, refused", got.code, got.header)
	}
}

func TestDrainLeavesHeldDeliveriesToTheNextSession(t *testing.T) {
	nowhere := stoppedHandler(t)
	r := start(t, nowhere, withHold(&rigLog{}))
	answers := make(chan reply, 1)
	go func() {
		answers <- r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.waitFor("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	r.Drain()
	got := receive(t, answers, "the response")
	if got.code != http.StatusAccepted || got.header.Get(session.StatusHeader) != string(webhook.StatusPending) {
		t.Errorf("got %d, %q; want 202, pending", got.code, got.header)
	}
	pending, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, true)
	if err != nil || len(pending) != 1 || pending[0].ID != r.onlyDelivery().ID {
		t.Fatalf("the next session adopts %+v, %v; want the delivery", pending, err)
	}
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	next := New(Options{
		Log: r.log, Sender: r.o.Sender, Routes: To(parseTarget(t, handler.URL())), Hold: true, Backlog: &rigLog{r.log}, Now: time.Now,
	})
	defer next.Close()
	next.Resume(pending)
	handler.Wait(1)
	r.waitFor("the delivery to be delivered", allDelivered(1))
}

func TestATargetThatHoldsDoesNotDelayOtherTargets(t *testing.T) {
	there := testkit.Serve(t, testkit.Respond(http.StatusOK, "here"))
	nowhere := stoppedHandler(t)
	r := start(t, nowhere, withHold(&rigLog{}), func(p *rigOptions) {
		p.relay.Routes = []Route{{Target: parseTarget(t, there.URL())}, {Target: parseTarget(t, nowhere)}}
	})
	r.postSigned(numbered(1))
	r.postSigned(numbered(2))
	there.Wait(2)
	for _, d := range r.recorded() {
		if d.Status != webhook.StatusUnreachable {
			t.Errorf("%s is %s while one target holds it, want unreachable", d.ID, d.Status)
		}
	}
	late := testkit.ServeOn(t, nowhere, testkit.Respond(http.StatusOK, "late"))
	late.Wait(2)
	r.waitFor("both to be delivered", allDelivered(2))
	if got := len(there.Requests()); got != 2 {
		t.Errorf("the target that was up got %d, want 2: none twice", got)
	}
	pending, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, true)
	if err != nil || pending != nil {
		t.Errorf("still pending: %+v, %v; want none", pending, err)
	}
}

func TestConcurrentDeliveriesAreHeldInOrderOfArrival(t *testing.T) {
	r := New(Options{Routes: To(parseTarget(t, testkit.RefusingAddr(t))), Now: time.Now})
	defer r.Close()
	h := r.upstreams[0].held
	for _, n := range []int64{5, 2, 9, 1} {
		h.insert(&heldDelivery{seq: n})
	}
	h.deliveries[0].state = heldSending
	h.insert(&heldDelivery{seq: 0}) // nothing precedes a delivery that is being sent
	var got []int64
	for _, held := range h.deliveries {
		got = append(got, held.seq)
	}
	if want := []int64{1, 0, 2, 5, 9}; !slices.Equal(got, want) {
		t.Errorf("queue %v, want %v", got, want)
	}
}

// memory is a Log and a Backlog with one delivery, for tests with fake time.
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

// retrying returns a relay that retries, and the times of the attempts.
func retrying(schedule retry.Schedule, answer func(n int) int) (*Relay, *memory, *[]time.Time, *noticeLog) {
	var mu sync.Mutex
	times, notices, log := &[]time.Time{}, &noticeLog{}, &memory{}
	sender := &scriptedSender{send: func(context.Context, []byte) webhook.Attempt {
		mu.Lock()
		defer mu.Unlock()
		*times = append(*times, time.Now())
		return webhook.Attempt{Code: answer(len(*times)), StartedAt: time.Now()}
	}}
	target, _ := dispatch.ParseTarget("localhost:3000", "/")
	r := New(Options{Sender: sender, Routes: To(target), Retry: &schedule, Log: log, Backlog: log, Now: time.Now, Notify: notices.add})
	return r, log, times, notices
}

// fail makes the first attempt at the delivery, as an ingress does.
func (m *memory) fail(r *Relay) {
	s := r.forwarder.forward(context.Background(), &recordedDelivery{})
	_, _ = r.settler.settle("dlv_0", s)
}

func TestARefusedDeliveryIsRetriedOnTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, notices := retrying(retry.Schedule{}, func(int) int { return http.StatusInternalServerError })
		defer r.Close()
		started := time.Now()
		log.fail(r)
		advance(24 * time.Hour)
		var after []time.Duration
		for _, at := range *times {
			after = append(after, at.Sub(started))
		}
		s, m, h := time.Second, time.Minute, time.Hour
		want := []time.Duration{0, 30 * s, 2*m + 30*s, 12*m + 30*s, h + 12*m + 30*s, 7*h + 12*m + 30*s}
		if !slices.Equal(after, want) {
			t.Errorf("attempts after %v, want %v", after, want)
		}
		if up := notices.of(NoticeGivenUp); len(up) != 1 || up[0].Tries != 6 || log.due != nil {
			t.Errorf("got notices %+v with %+v due, want one after 6 attempts, and nothing due", up, log.due)
		}
		if got := r.Tally().Counts(); got.Refused != 1 {
			t.Errorf("counted %+v, want the one delivery once", got)
		}
	})
}

func TestADeliveredRetryEndsTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, _ := retrying(retry.Schedule{Speed: 60}, func(n int) int { return []int{500, 500, 200}[n-1] })
		defer r.Close()
		log.fail(r)
		advance(24 * time.Hour)
		if len(*times) != 3 || log.delivery.Status != webhook.StatusDelivered {
			t.Errorf("%d attempts, %s; want 3, delivered", len(*times), log.delivery.Status)
		}
		if got, want := (*times)[2].Sub((*times)[0]), 2500*time.Millisecond; got != want {
			t.Errorf("at 60 times the speed the third attempt came after %v, want %v", got, want)
		}
		if got := r.Tally().Counts(); got.Delivered != 1 || got.Refused != 0 {
			t.Errorf("counted %+v, want one delivered and none refused", got)
		}
	})
}

func TestADeliveryThatAReplayDeliveredIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, _ := retrying(retry.Schedule{}, func(int) int { return http.StatusInternalServerError })
		defer r.Close()
		log.fail(r)
		log.mu.Lock()
		log.delivery.ResolvedBy = "dlv_1"
		log.mu.Unlock()
		advance(24 * time.Hour)
		if len(*times) != 1 {
			t.Errorf("%d attempts, want 1", len(*times))
		}
	})
}

func TestARestartContinuesTheRetrySchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, times, _ := retrying(retry.Schedule{}, func(int) int { return http.StatusInternalServerError })
		defer r.Close()
		target := r.upstreams[0].target.String()
		log.delivery.History = []webhook.Attempt{{Target: target, Code: 500}, {Target: target, Code: 500}}
		started := time.Now()
		r.Resume([]store.Due{{ID: "dlv_0", Target: target, At: started.Add(time.Minute), Tries: 2}})
		advance(2 * time.Minute)
		if len(*times) != 1 || (*times)[0].Sub(started) != time.Minute {
			t.Fatalf("attempts at %v, want one, after a minute", *times)
		}
		if len(log.due) != 1 || log.due[0].At.Sub(started) != 11*time.Minute || log.due[0].Tries != 3 {
			t.Errorf("due next: %+v, want ten minutes later, as after a third attempt", log.due)
		}
	})
}

func (m *memory) Flush(context.Context) error { return nil }
