package load_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// numbers yields 1 to n.
func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i + 1) {
				return
			}
		}
	}
}

// handler is a fake handler that uses the test's clock.
type handler struct {
	mu      sync.Mutex
	start   time.Time
	began   []time.Duration // when each request started
	now     int             // in flight
	most    int             // maximum in flight
	answers func(n int) time.Duration
}

func (h *handler) send(ctx context.Context, s load.Request[int]) load.Response {
	h.mu.Lock()
	h.began = append(h.began, time.Since(h.start))
	h.now++
	h.most = max(h.most, h.now)
	h.mu.Unlock()
	a := load.Response{Status: webhook.StatusDelivered, Attempt: webhook.Attempt{Code: 200}}
	select {
	case <-time.After(h.answers(s.Item)):
	case <-ctx.Done():
		a = load.Response{Status: webhook.StatusUnreachable, Failure: "canceled"}
	}
	h.mu.Lock()
	h.now--
	h.mu.Unlock()
	return a
}

func always(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

// send sends n requests to a handler and returns the results in source order.
func send(t *testing.T, n int, o load.Options, c load.Chaos, h *handler) ([]load.Result, time.Duration) {
	t.Helper()
	h.start, o.Now = time.Now(), time.Now
	results := make([]load.Result, n*c.Copies())
	took := load.Run(t.Context(), nil, load.ApplyChaos(numbers(n), c, 1), o, h.send, func(s load.Request[int], r load.Result) {
		results[(s.Number-1)*c.Copies()+s.Copy-1] = r
	})
	return results, took
}

func TestOpenLoopSendsOnTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{answers: always(70 * time.Millisecond)}
		results, took := send(t, 500, load.Options{Rate: 100, Concurrency: 8}, load.Chaos{}, h)
		for i, at := range h.began {
			if want := time.Duration(i) * 10 * time.Millisecond; at != want {
				t.Fatalf("request %d started after %s, want %s", i, at, want)
			}
		}
		for i, r := range results {
			if r.Took != 70*time.Millisecond || r.Lag != 0 {
				t.Fatalf("request %d: got %+v, want 70ms without lag", i, r)
			}
		}
		if want := 4990*time.Millisecond + 70*time.Millisecond; took != want {
			t.Errorf("took %s, want %s", took, want)
		}
	})
}

func TestStallCountsForQueuedRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// One request at a time, 10 ms apart, answered at once, except the third, which takes a second. The hundred requests that were
		// due meanwhile waited for it, the first of them for almost a second.
		h := &handler{answers: func(n int) time.Duration {
			if n == 3 {
				return time.Second
			}
			return time.Millisecond
		}}
		results, _ := send(t, 200, load.Options{Rate: 100, Concurrency: 1}, load.Chaos{}, h)
		if got, want := results[3].Took, 991*time.Millisecond; got != want {
			t.Errorf("the request after the stall took %s, want %s, measured from its due time", got, want)
		}
		if got, want := results[3].Lag, 990*time.Millisecond; got != want {
			t.Errorf("the request after the stall had a lag of %s, want %s", got, want)
		}
		crowded := 0
		for _, r := range results {
			if r.Queued {
				crowded++
			}
		}
		if crowded < 90 || crowded > 120 || results[1].Queued {
			t.Errorf("%d requests were queued, want about 100", crowded)
		}
		slow := 0
		for _, r := range results {
			if r.Took > 100*time.Millisecond {
				slow++
			}
		}
		if slow < 90 {
			t.Errorf("%d of 200 requests are slow, want at least 90 (without the waiting time: 1)", slow)
		}
	})
}

func TestClosedLoopWaitsForResponses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{answers: always(30 * time.Millisecond)}
		results, took := send(t, 100, load.Options{Concurrency: 4}, load.Chaos{}, h)
		if want := 25 * 30 * time.Millisecond; took != want {
			t.Errorf("took %s, want %s", took, want)
		}
		for i, r := range results {
			if r.Took != 30*time.Millisecond || r.Lag != 0 {
				t.Fatalf("request %d: got %+v, want 30ms without lag", i, r)
			}
		}
	})
}

func TestConcurrencyLimit(t *testing.T) {
	t.Parallel()
	for _, o := range []load.Options{{Concurrency: 3}, {Concurrency: 3, Rate: 1000}, {Concurrency: 0}} {
		synctest.Test(t, func(t *testing.T) {
			h := &handler{answers: func(n int) time.Duration { return time.Duration(n%7) * time.Millisecond }}
			results, _ := send(t, 300, o, load.Chaos{Duplicate: 2, Shuffle: 5, Delay: 9 * time.Millisecond}, h)
			if want := max(1, o.Concurrency); h.most != want {
				t.Errorf("%+v: %d were in flight at once, want %d", o, h.most, want)
			}
			if len(h.began) != 600 || slices.ContainsFunc(results, func(r load.Result) bool { return r.Status == "" }) {
				t.Errorf("%+v: %d were sent, want each of 600", o, len(h.began))
			}
		})
	}
}

func TestDelayedRequestDoesNotBlockOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{answers: always(0)}
		results, _ := send(t, 400, load.Options{Rate: 1000, Concurrency: 1}, load.Chaos{Delay: 50 * time.Millisecond}, h)
		for i, r := range results {
			if r.Lag != 0 || r.Took != 0 {
				t.Fatalf("request %d: got %+v, want no lag: the delay changes the due time", i, r)
			}
		}
		if !slices.IsSorted(h.began) || h.began[len(h.began)-1] > 450*time.Millisecond {
			t.Errorf("started at %v", h.began)
		}
	})
}

func TestStopWaitsForRequestsInFlight(t *testing.T) {
	t.Parallel()
	for _, o := range []load.Options{{Concurrency: 5}, {Concurrency: 5, Rate: 50}} {
		synctest.Test(t, func(t *testing.T) {
			stop := make(chan struct{})
			time.AfterFunc(105*time.Millisecond, func() { close(stop) })
			h := &handler{answers: always(60 * time.Millisecond), start: time.Now()}
			o.Now = time.Now
			answered := 0
			load.Run(t.Context(), stop, load.ApplyChaos(numbers(1000), load.Chaos{}, 0), o, h.send, func(_ load.Request[int], r load.Result) {
				if r.Status == webhook.StatusDelivered {
					answered++
				}
			})
			if last := h.began[len(h.began)-1]; last > 105*time.Millisecond {
				t.Errorf("%+v: a request started after %s, want none after 105ms", o, last)
			}
			if answered != len(h.began) {
				t.Errorf("%+v: %d of %d were answered, want all", o, answered, len(h.began))
			}
		})
	}
}

func TestCancelAbortsRequestsInFlight(t *testing.T) {
	t.Parallel()
	for _, o := range []load.Options{{Concurrency: 2}, {Concurrency: 2, Rate: 10}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			h := &handler{answers: always(time.Hour), start: time.Now()}
			o.Now = time.Now
			canceled := 0
			took := load.Run(ctx, nil, load.ApplyChaos(numbers(1000), load.Chaos{}, 0), o, h.send, func(_ load.Request[int], r load.Result) {
				if r.Failure == "canceled" {
					canceled++
				}
			})
			if canceled != 2 || took != time.Second {
				t.Errorf("%+v: %d were canceled after %s, want 2 after 1s", o, canceled, took)
			}
		})
	}
}

func TestResponseTimeIsUsedIfSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		send := func(context.Context, load.Request[int]) load.Response {
			time.Sleep(5 * time.Millisecond) //nolint:forbidigo // uses the test's clock
			at := time.Now()
			time.Sleep(time.Second) //nolint:forbidigo // work after the response
			return load.Response{Status: webhook.StatusRefused, At: at}
		}
		load.Run(t.Context(), nil, load.ApplyChaos(numbers(1), load.Chaos{}, 0), load.Options{Now: time.Now}, send, func(_ load.Request[int], r load.Result) {
			if r.Took != 5*time.Millisecond {
				t.Errorf("took %s, want 5ms", r.Took)
			}
		})
	})
}
