package relay

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
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

// countingSender is a Sender whose handlers take a second for each delivery. It records the order of sends to each target and the largest
// number at once. A send to a host named "stuck" lasts until ctx is done.
type countingSender struct {
	mu        sync.Mutex
	sent      map[string][]string
	now, most map[string]int
}

func newCountingSender() *countingSender {
	return &countingSender{sent: map[string][]string{}, now: map[string]int{}, most: map[string]int{}}
}

func (c *countingSender) Send(ctx context.Context, t dispatch.Target, _ webhook.Header, body []byte) dispatch.Result {
	c.begin(t.Host(), string(body))
	defer c.end(t.Host())
	a := webhook.Attempt{Target: t.String(), StartedAt: time.Now(), Code: http.StatusOK}
	if t.Host() == "stuck" {
		<-ctx.Done()
		a.Code, a.Failure = 0, webhook.FailureCanceled
		return dispatch.Result{Attempt: a}
	}
	time.Sleep(time.Second) // fake time
	return dispatch.Result{Attempt: a}
}

func (c *countingSender) Reachable(context.Context, dispatch.Target) error { return nil }

func (c *countingSender) begin(host, body string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[host] = append(c.sent[host], body)
	c.now[host]++
	c.most[host] = max(c.most[host], c.now[host])
}

func (c *countingSender) end(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now[host]--
}

func routesTo(tb testing.TB, hosts ...string) (routes []Route) {
	for _, host := range hosts {
		routes = append(routes, Route{Target: parseTarget(tb, host)})
	}
	return routes
}

// sendInOrder forwards deliveries 1 to n in order and returns the results.
func sendInOrder(r *Relay, n int) []sendResult {
	results := make([]sendResult, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			results[i] = r.forwarder.forward(r.life.abortCtx, &recordedDelivery{Delivery: webhook.Delivery{Body: fmt.Append(nil, i+1)}, seq: int64(i + 1)})
		})
		synctest.Wait() // it is being sent or waits for a slot
	}
	all.Wait()
	return results
}

func TestSendsToATargetAreLimitedAndInOrder(t *testing.T) {
	for limit, wantTook := range map[int]time.Duration{0: time.Second, 1: 9 * time.Second, 3: 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			handler := newCountingSender()
			r := New(Options{Sender: handler, Routes: routesTo(t, "a", "b"), Now: time.Now, MaxConcurrency: limit})
			defer r.Close()
			started := time.Now()
			for _, s := range sendInOrder(r, 9) {
				if len(s.attempts) != 2 || s.deciding().Status() != webhook.StatusDelivered {
					t.Errorf("limit %d: got %+v, want an attempt at each target, delivered", limit, s.attempts)
				}
			}
			if took := time.Since(started); took != wantTook {
				t.Errorf("limit %d: took %v, want %v", limit, took, wantTook)
			}
			for _, host := range []string{"a", "b"} {
				if limit > 0 && handler.most[host] != limit {
					t.Errorf("limit %d: %s had %d at once", limit, host, handler.most[host])
				}
				if got, want := strings.Join(handler.sent[host], " "), "1 2 3 4 5 6 7 8 9"; limit == 1 && got != want {
					t.Errorf("limit %d: %s got %s, want %s", limit, host, got, want)
				}
			}
		})
	}
}

func TestSlotsAreGrantedInOrderOfArrivalAndNoneIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slots{max: 1}
		s.acquire(t.Context(), 1)
		leaving, cancel := context.WithCancel(t.Context())
		var got []int64
		for _, n := range []int64{4, 2, 3} {
			ctx := t.Context()
			if n == 2 {
				ctx = leaving
			}
			go func() {
				if s.acquire(ctx, n) {
					got = append(got, n)
					s.release()
				}
			}()
			synctest.Wait()
		}
		cancel()
		synctest.Wait()
		s.release()
		synctest.Wait()
		if !slices.Equal(got, []int64{3, 4}) || s.busy != 0 || len(s.waiters) != 0 {
			t.Errorf("slots went to %d, %d are busy and %d wait; want [3 4], none and none", got, s.busy, len(s.waiters))
		}
	})
}

func TestAStuckTargetDoesNotDelayRetriesToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := newCountingSender()
		r := New(Options{
			Sender: handler, Routes: routesTo(t, "stuck", "b"), Now: time.Now, MaxConcurrency: 2,
			Retry: &retry.Schedule{}, Log: &memory{}, Backlog: &memory{},
		})
		var due []store.Due
		for _, target := range r.o.Routes {
			for range 2 * maxRetries {
				due = append(due, store.Due{ID: "dlv_0", Target: target.Target.String(), At: time.Now(), Tries: 1})
			}
		}
		r.Resume(due)
		advance(time.Minute)
		if len(handler.sent["b"]) != 2*maxRetries || handler.most["b"] != 2 || handler.now["stuck"] != 2 {
			t.Errorf("b got %d, %d at once, and stuck has %d; want %d, 2 and 2", len(handler.sent["b"]), handler.most["b"], handler.now["stuck"], 2*maxRetries)
		}
		r.Abort()
		r.Close()
	})
}

func TestAbortLeavesWaitingDeliveriesPending(t *testing.T) {
	for _, hosts := range [][]string{{"stuck"}, {"b", "stuck"}} {
		synctest.Test(t, func(t *testing.T) {
			r := New(Options{Sender: newCountingSender(), Routes: routesTo(t, hosts...), Now: time.Now, MaxConcurrency: 1, Log: &memory{}, Backlog: &memory{}})
			go func() {
				time.Sleep(time.Minute) // fake time
				r.Abort()
			}()
			results := sendInOrder(r, 2)
			r.Close()
			if got := results[0]; got.unsent || len(got.due) != 0 {
				t.Errorf("%q: the delivery that had the slot: got %+v, want no more than its attempts", hosts, got)
			}
			got := results[1]
			if !got.unsent || len(got.realAttempts()) != len(hosts)-1 || len(got.due) != 1 {
				t.Errorf("%q: the delivery that waited: got %+v, want it unsent at stuck, and due there", hosts, got)
			}
		})
	}
}

func TestAWaitingDeliveryKeepsItsPlaceWhenItsSenderLeaves(t *testing.T) {
	release := make(chan struct{})
	handler := testkit.Serve(t, testkit.Slow(release, testkit.Respond(http.StatusOK, "ok")))
	r := start(t, handler.URL(), func(p *rigOptions) { p.relay.MaxConcurrency = 1 })
	cost := int64(len(sampleBody)) + deliveryOverhead
	r.ingress.bodies.limit = 3 * cost
	first := make(chan reply, 1)
	go func() { first <- r.postSigned(sampleBody) }()
	handler.Wait(1)
	ctx, hangUp := context.WithCancel(t.Context())
	hungUp := make(chan error, 1)
	go func() {
		resp, err := r.client.Do(r.request(ctx, http.MethodPost, ingressPath, strings.NewReader(sampleBody), signedHeader(sampleBody)))
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		hungUp <- err
	}()
	r.waitInLine(1)
	hangUp()
	if err := receive(t, hungUp, "the sender to hang up"); err == nil {
		t.Fatal("the sender got a response before it hung up")
	}
	last := make(chan reply, 1)
	go func() {
		last <- r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.waitInLine(2)
	if got := r.postSigned(sampleBody); got.code != http.StatusServiceUnavailable {
		t.Errorf("with as many bytes in line as allowed: got %d, want 503", got.code)
	}
	close(release)
	for _, c := range []chan reply{first, last} {
		if got := receive(t, c, "a response"); got.code != http.StatusOK || got.body != "ok" {
			t.Errorf("got %d %q, want the handler's 200", got.code, got.body)
		}
	}
	r.waitFor("all three to be delivered", allDelivered(3))
	if n := len(handler.Requests()); n != 3 {
		t.Errorf("the handler got %d, want 3", n)
	}
}

// waitInLine waits until n deliveries wait for a slot.
func (r *rig) waitInLine(n int) {
	r.tb.Helper()
	slots := &r.upstreams[0].slots
	r.waitUntil("deliveries to wait in line", func() bool {
		slots.mu.Lock()
		defer slots.mu.Unlock()
		return len(slots.waiters) == n
	})
}

func TestAnAbortedDeliveryInLineGets503(t *testing.T) {
	handler := testkit.Serve(t, testkit.Slow(make(chan struct{}), nil))
	r := start(t, handler.URL(), withHold(&rigLog{}), func(p *rigOptions) { p.relay.Hold, p.relay.MaxConcurrency = false, 1 })
	replies := make(chan reply, 2)
	for range 2 {
		go func() { replies <- r.postSigned(sampleBody) }()
	}
	r.waitInLine(1)
	r.Abort()
	got := []int{receive(t, replies, "a response").code, receive(t, replies, "a response").code}
	slices.Sort(got)
	if !slices.Equal(got, []int{http.StatusBadGateway, http.StatusServiceUnavailable}) {
		t.Errorf("got %d, want 502 for the delivery in progress and 503 for the one in line", got)
	}
	pending := 0
	for _, d := range r.recorded() {
		if d.Status == webhook.StatusPending && len(d.History) == 0 {
			pending++
		}
	}
	if pending != 1 {
		t.Errorf("%d are pending without an attempt, want 1", pending)
	}
}
