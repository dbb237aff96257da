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

// slowHandler is a Sender whose handler takes a second for each delivery. It records the order of the deliveries and the largest number at
// once.
type slowHandler struct {
	mu        sync.Mutex
	started   []string
	now, most map[string]int
}

func (t *slowHandler) send(_ context.Context, body []byte) webhook.Attempt {
	id := webhook.Describe(body).Job
	t.mu.Lock()
	t.started = append(t.started, string(body))
	t.now[id]++
	t.most[id] = max(t.most[id], t.now[id])
	t.mu.Unlock()
	time.Sleep(time.Second) // fake time
	t.mu.Lock()
	t.now[id]--
	t.mu.Unlock()
	return webhook.Attempt{Code: http.StatusOK}
}

func TestOrderedSendsEachJobInOrderAndJobsConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &slowHandler{now: map[string]int{}, most: map[string]int{}}
		r := New(Options{Sender: &scriptedSender{send: handler.send}, Routes: To(dispatch.Target{}), Now: time.Now, Ordered: true})
		defer r.Close()
		started := time.Now()
		want := map[string][]string{}
		var all sync.WaitGroup
		for n := range 4 {
			for _, id := range []string{"job_a", "job_b", "job_c"} {
				body := job(id, n)
				want[id] = append(want[id], string(body))
				d := &recordedDelivery{Delivery: webhook.Delivery{Body: body}, ticket: r.recorder.jobs.join(webhook.Describe(body).Job)}
				all.Go(func() { r.forwarder.forward(t.Context(), d) })
			}
		}
		all.Wait()
		if took := time.Since(started); took != 4*time.Second {
			t.Errorf("three jobs of four deliveries took %v, want 4 s: jobs run concurrently, a job one at a time", took)
		}
		got := map[string][]string{}
		for _, body := range handler.started {
			got[webhook.Describe([]byte(body)).Job] = append(got[webhook.Describe([]byte(body)).Job], body)
		}
		for id, bodies := range want {
			if !slices.Equal(got[id], bodies) || handler.most[id] != 1 {
				t.Errorf("%s was sent as %q, %d at once; want %q, one at a time", id, got[id], handler.most[id], bodies)
			}
		}
		if len(r.recorder.jobs.last) != 0 {
			t.Errorf("%d queues are left, want none", len(r.recorder.jobs.last))
		}
	})
}

func TestDescribeFindsTheJobAfterAByteOrderMark(t *testing.T) {
	body := job("job_a", 1)
	if got, want := webhook.Describe(append([]byte("\ufeff"), body...)).Job, webhook.Describe(body).Job; got != want || got == "" {
		t.Errorf("the job after a byte order mark is %q, want %q", got, want)
	}
}

func TestADeliveryWithoutAJobGetsNoTicket(t *testing.T) {
	var q jobQueues
	for _, body := range []string{`not json`, `[]`, `{"event":"wallet.deposit","data":{"amount":5}}`, `{"data":7}`, ``} {
		if turn := q.join(webhook.Describe([]byte(body)).Job); turn != nil {
			t.Errorf("%s has a ticket in the queue of %s, want none", body, turn.job)
		}
	}
}

func TestAbortEndsTheWaitForATicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q jobQueues
		first, second := q.join(webhook.Describe(job("job_a", 1)).Job), q.join(webhook.Describe(job("job_a", 2)).Job)
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		go func() {
			second.wait(ctx)
			ended = true
			second.release()
		}()
		synctest.Wait()
		if ended {
			t.Error("the second was sent before the first was done")
		}
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("the second still waits after the abort")
		}
		first.release()
		synctest.Wait()
		if len(q.last) != 0 {
			t.Errorf("%d queues are left, want none", len(q.last))
		}
	})
}

// brokenOnce is a Log that cannot record one body.
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

func TestAnUnrecordedDeliveryDoesNotLetTheNextOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := &slowHandler{now: map[string]int{}, most: map[string]int{}}
		r := New(Options{
			Log: brokenOnce{broken: string(job("job_a", 1))}, Sender: &scriptedSender{send: handler.send}, Routes: To(dispatch.Target{}),
			Now: time.Now, Random: rand.Reader, Ordered: true, Verify: VerifyOff,
		})
		defer r.Close()
		var all sync.WaitGroup
		for n := range 3 {
			d, err := r.recorder.record(t.Context(), Arrival{Body: job("job_a", n)})
			if (err != nil) != (n == 1) {
				t.Fatalf("recording delivery %d: %v, want an error for the second only", n, err)
			}
			if err == nil {
				all.Go(func() { r.forwarder.forward(t.Context(), d) })
			}
			synctest.Wait() // the first is in progress
		}
		all.Wait()
		if want := []string{string(job("job_a", 0)), string(job("job_a", 2))}; !slices.Equal(handler.started, want) || handler.most["job_a"] != 1 {
			t.Errorf("sent %q, %d at once; want %q, one at a time", handler.started, handler.most["job_a"], want)
		}
		if len(r.recorder.jobs.last) != 0 {
			t.Errorf("%d queues are left, want none", len(r.recorder.jobs.last))
		}
	})
}

func TestAReleasedTicketDoesNotLetTheNextOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q jobQueues
		first, second, third := q.join(webhook.Describe(job("job_a", 1)).Job), q.join(webhook.Describe(job("job_a", 2)).Job), q.join(webhook.Describe(job("job_a", 3)).Job)
		second.release() // its caller has left
		went := false
		go func() {
			third.wait(t.Context())
			went = true
			third.release()
		}()
		synctest.Wait()
		if went {
			t.Error("the third was sent while the first was in progress")
		}
		first.release()
		synctest.Wait()
		if !went || len(q.last) != 0 {
			t.Errorf("after the first was done: third sent %t, %d queues left; want true and none", went, len(q.last))
		}
	})
}
