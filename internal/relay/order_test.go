package relay

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func job(id string, n int) []byte {
	return fmt.Appendf(nil, `{"event":"render.processing","data":{"id":%q,"n":%d}}`, id, n)
}

// taking is a Sender whose handler takes a second for each delivery, and remembers when it began which, and how many it had at once.
type taking struct {
	mu        sync.Mutex
	began     []string
	now, most map[string]int
}

func (t *taking) send(_ context.Context, body []byte) webhook.Attempt {
	id := webhook.Describe(body).Job
	t.mu.Lock()
	t.began = append(t.began, string(body))
	t.now[id]++
	t.most[id] = max(t.most[id], t.now[id])
	t.mu.Unlock()
	time.Sleep(time.Second) // of the bubble's clock
	t.mu.Lock()
	t.now[id]--
	t.mu.Unlock()
	return webhook.Attempt{Code: http.StatusOK}
}

func TestDeliveriesOfOneJobGoOneAtATimeInOrderAndJobsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &taking{now: map[string]int{}, most: map[string]int{}}
		r := New(Options{Sender: &scripted{send: handler.send}, Routes: To(dispatch.Target{}), Now: time.Now, Ordered: true})
		defer r.Close()
		began := time.Now()
		want := map[string][]string{}
		var all sync.WaitGroup
		for n := range 4 {
			for _, id := range []string{"job_a", "job_b", "job_c"} {
				body := job(id, n)
				want[id] = append(want[id], string(body))
				d := &recorded{Delivery: webhook.Delivery{Body: body}, turn: r.queues.join(webhook.Describe(body).Job)}
				all.Go(func() { r.send(t.Context(), d) })
			}
		}
		all.Wait()
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("three jobs of four deliveries took %v, want 4 s: jobs side by side, a job one at a time", took)
		}
		got := map[string][]string{}
		for _, body := range handler.began {
			got[webhook.Describe([]byte(body)).Job] = append(got[webhook.Describe([]byte(body)).Job], body)
		}
		for id, bodies := range want {
			if !slices.Equal(got[id], bodies) || handler.most[id] != 1 {
				t.Errorf("%s was sent as %q, %d at once; want %q, one at a time", id, got[id], handler.most[id], bodies)
			}
		}
		if len(r.queues.last) != 0 {
			t.Errorf("%d queues are left, want none", len(r.queues.last))
		}
	})
}

func TestAJobIsFoundBehindAByteOrderMark(t *testing.T) {
	body := job("job_a", 1)
	if got, want := webhook.Describe(append([]byte("\ufeff"), body...)).Job, webhook.Describe(body).Job; got != want || got == "" {
		t.Errorf("the job behind a byte order mark = %q, want %q", got, want)
	}
}

func TestWhatNamesNoJobWaitsForNothing(t *testing.T) {
	var q queues
	for _, body := range []string{`not json`, `[]`, `{"event":"wallet.deposit","data":{"amount":5}}`, `{"data":7}`, ``} {
		if turn := q.join(webhook.Describe([]byte(body)).Job); turn != nil {
			t.Errorf("%s has a turn in the queue of %s, want none", body, turn.job)
		}
	}
}

func TestAbortEndsTheWaitForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queues
		first, second := q.join(webhook.Describe(job("job_a", 1)).Job), q.join(webhook.Describe(job("job_a", 2)).Job)
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		go func() {
			second.wait(ctx)
			ended = true
			second.leave()
		}()
		synctest.Wait()
		if ended {
			t.Error("the second went before the first was done")
		}
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("the second still waits after the abort")
		}
		first.leave()
		synctest.Wait()
		if len(q.last) != 0 {
			t.Errorf("%d queues are left, want none", len(q.last))
		}
	})
}

// brokenOnce is a Log that cannot record the body that a test names.
type brokenOnce struct {
	Log
	broken string
}

func (l brokenOnce) Record(_ context.Context, d *webhook.Delivery) error {
	if string(d.Body) == l.broken {
		return store.ErrFull
	}
	return nil
}

func TestADeliveryThatCannotBeRecordedDoesNotLetTheNextOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &taking{now: map[string]int{}, most: map[string]int{}}
		r := New(Options{
			Log: brokenOnce{broken: string(job("job_a", 1))}, Sender: &scripted{send: handler.send}, Routes: To(dispatch.Target{}),
			Now: time.Now, Random: rand.Reader, Ordered: true, Verify: VerifyOff,
		})
		defer r.Close()
		var all sync.WaitGroup
		for n := range 3 {
			d, err := r.record(t.Context(), Arrival{Body: job("job_a", n)})
			if (err != nil) != (n == 1) {
				t.Fatalf("recording delivery %d: %v, want an error for the second only", n, err)
			}
			if err == nil {
				all.Go(func() { r.send(t.Context(), d) })
			}
			synctest.Wait() // the first is in flight
		}
		all.Wait()
		if want := []string{string(job("job_a", 0)), string(job("job_a", 2))}; !slices.Equal(handler.began, want) || handler.most["job_a"] != 1 {
			t.Errorf("sent %q, %d at once; want %q, one at a time", handler.began, handler.most["job_a"], want)
		}
		if len(r.queues.last) != 0 {
			t.Errorf("%d queues are left, want none", len(r.queues.last))
		}
	})
}

func TestADeliveryThatGivesUpItsTurnDoesNotLetTheNextOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queues
		first, second, third := q.join(webhook.Describe(job("job_a", 1)).Job), q.join(webhook.Describe(job("job_a", 2)).Job), q.join(webhook.Describe(job("job_a", 3)).Job)
		second.leave() // its caller is gone
		went := false
		go func() {
			third.wait(t.Context())
			went = true
			third.leave()
		}()
		synctest.Wait()
		if went {
			t.Error("the third went while the first was in flight")
		}
		first.leave()
		synctest.Wait()
		if !went || len(q.last) != 0 {
			t.Errorf("after the first was done the third went: %t, and %d queues are left; want true and none", went, len(q.last))
		}
	})
}
