package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// seams is a relay on fake time with scripted faults at each interface that it depends on.
type seams struct {
	*Relay
	t       *testing.T
	ingress *Ingress
	memory  *memoryLog
	log     *faultyLog
	sender  *faultySender
	notify  testkit.Script

	mu      sync.Mutex
	replies map[string]int // status code by body; Deliver counts as 200, 503 after an error, or crashed
}

// faultySender is a Sender that fails as a test's scripts say. Otherwise it acts as the handlers do: a target is down until it is in up,
// and responds with the codes in turn, then with 200.
type faultySender struct {
	send, reachable testkit.Script
	hangs           bool // attempts last until ctx is done

	mu       sync.Mutex
	up       map[string]bool
	codes    []int
	crashes  int // number of attempts during which the handler crashes
	received map[string]int
}

func (s *faultySender) Send(ctx context.Context, t dispatch.Target, _ webhook.Header, body []byte) dispatch.Result {
	a := webhook.Attempt{Target: t.String(), StartedAt: time.Now()}
	if err := testkit.Run(&s.send); err != nil {
		a.Failure = webhook.Failure(err.Error())
		return dispatch.Result{Attempt: a}
	}
	if s.hangs {
		<-ctx.Done()
		a.Failure = webhook.FailureCanceled
		return dispatch.Result{Attempt: a}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.up[t.Host()] {
		a.Failure = webhook.FailureRefused
		return dispatch.Result{Attempt: a}
	}
	s.received[string(body)]++
	if s.crashes > 0 {
		s.crashes--
		s.up[t.Host()] = false
		a.Failure = webhook.FailureReset
		return dispatch.Result{Attempt: a}
	}
	a.Code = http.StatusOK
	if len(s.codes) > 0 {
		a.Code, s.codes = s.codes[0], s.codes[1:]
	}
	return dispatch.Result{Attempt: a}
}

func (s *faultySender) Reachable(_ context.Context, t dispatch.Target) error {
	if err := testkit.Run(&s.reachable); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.up[t.Host()] {
		return &dispatch.UnreachableError{Failure: webhook.FailureRefused}
	}
	return nil
}

func (s *faultySender) setUp(up bool, hosts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, host := range hosts {
		s.up[host] = up
	}
}

// failure returns a fault of Send.
func failure(f webhook.Failure) func() error {
	return func() error { return errors.New(string(f)) }
}

const (
	hostA, hostB = "localhost:3000", "localhost:3001"
	oneDay       = 24 * time.Hour // longer than all retries
	crashed      = -1             // instead of a status code: Deliver panicked
)

func newSeams(t *testing.T, change func(*Options), respond Respond) *seams {
	t.Helper()
	s := &seams{t: t, memory: newMemoryLog(), replies: map[string]int{}}
	s.log = &faultyLog{Log: s.memory, Backlog: s.memory}
	s.sender = &faultySender{up: map[string]bool{hostA: true, hostB: true}, received: map[string]int{}}
	o := Options{
		Log: s.log, Backlog: s.log, Sender: s.sender, Routes: routesTo(t, hostA), Verify: VerifyOff, Ordered: true, MaxConcurrency: 2,
		Now: time.Now, Random: rand.Reader, Notify: func(Notice) { _ = testkit.Run(&s.notify) },
	}
	change(&o)
	s.Relay = New(o)
	s.ingress = NewIngress(s.Relay, IngressOptions{Path: ingressPath, Token: token, Origin: webhook.OriginLocal, Respond: respond, MaxBody: 1 << 20})
	return s
}

// finalCode is a ResponseWriter that ignores informational responses.
type finalCode struct{ *httptest.ResponseRecorder }

func (w finalCode) WriteHeader(code int) {
	if code >= 200 {
		w.ResponseRecorder.WriteHeader(code)
	}
}

// post sends delivery n of a job to the ingress.
func (s *seams) post(n int, sender ...session.Sender) {
	body := string(job("job_a", n))
	req := httptest.NewRequest(http.MethodPost, ingressPath, strings.NewReader(body))
	for _, from := range sender {
		from.Token = token
		req.Header.Set(session.SenderHeader, from.String())
	}
	w := finalCode{httptest.NewRecorder()}
	s.ingress.ServeHTTP(w, req)
	s.reply(body, w.Code)
}

func (s *seams) reply(body string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies[body] = code
}

func (s *seams) trustedPost(n int) { s.post(n, session.Sender{Origin: webhook.OriginTrigger}) }

// deliver delivers n without the ingress. A bug ends the process of such a caller, so the panic is expected there.
func (s *seams) deliver(n int) {
	body := job("job_a", n)
	defer func() {
		if p := recover(); p != nil {
			s.reply(string(body), crashed)
		}
	}()
	if _, err := s.Deliver(context.Background(), Arrival{Body: body, Origin: webhook.OriginTrigger}); err != nil {
		s.reply(string(body), http.StatusServiceUnavailable)
		return
	}
	s.reply(string(body), http.StatusOK)
}

// pending adds deliveries of an earlier session to the log and returns their rows.
func (s *seams) pending(target string, at time.Time, tries int) []store.Due {
	var rows []store.Due
	for n := range 3 {
		d := webhook.Delivery{Body: job("job_a", n)}
		d.ID, d.Status = webhook.ID(fmt.Sprintf("dlv_%010d", n)), webhook.StatusPending
		s.memory.all[d.ID] = &d
		row := store.Due{ID: d.ID, Target: "http://" + target + ingressPath, At: at, Tries: tries, Event: "render.processing"}
		s.memory.rows[keyOf(row)] = row
		rows = append(rows, row)
	}
	return rows
}

func three(do func(n int)) {
	for n := range 3 {
		do(n)
	}
}

// operation is something that a relay does, and that a fault may interrupt.
type operation struct {
	name    string
	respond Respond
	options func(*testing.T, *Options)
	do      func(s *seams)
	ends    bool // do ends the session, so deliveries may be left to the next one
}

func operations() []operation {
	none := func(*testing.T, *Options) {}
	hold := func(_ *testing.T, o *Options) { o.Hold = true }
	withRetry := func(_ *testing.T, o *Options) { o.Retry = &retry.Schedule{} }
	refuseFirst := func(s *seams) { s.sender.codes = []int{500, 401, 500, 500} }
	down := func(s *seams) { s.sender.setUp(false, hostA) }
	restart := func(s *seams) {
		advance(time.Second)
		s.sender.setUp(true, hostA)
	}
	concurrently := func(s *seams, send func(n int)) { // trusted senders wait for held deliveries
		for n := range 3 {
			s.t.Helper()
			go send(n)
			synctest.Wait()
		}
	}
	return []operation{
		{"receive", RespondHandler, none, func(s *seams) { three(func(n int) { s.post(n) }) }, false},
		{"receive with ack", RespondAck, none, func(s *seams) { three(func(n int) { s.post(n) }) }, false},
		{"receive from a trusted sender", RespondHandler, none, func(s *seams) { three(s.trustedPost) }, false},
		{"deliver", RespondHandler, none, func(s *seams) { three(s.deliver) }, false},
		{"receive for several targets", RespondHandler, func(t *testing.T, o *Options) {
			o.Routes, o.Hold = routesTo(t, hostA, hostB), true
		}, func(s *seams) {
			down(s)
			three(func(n int) { s.post(n) })
			restart(s)
		}, false},
		{"hold", RespondHandler, hold, func(s *seams) {
			down(s)
			three(func(n int) { s.post(n) })
			restart(s)
		}, false},
		{"hold with ack", RespondAck, hold, func(s *seams) {
			down(s)
			three(func(n int) { s.post(n) })
			restart(s)
		}, false},
		{"hold after a crash", RespondHandler, hold, func(s *seams) {
			s.sender.crashes = 1
			three(func(n int) { s.post(n) })
			restart(s)
		}, false},
		{"hold for a trusted sender", RespondHandler, hold, func(s *seams) {
			down(s)
			concurrently(s, s.trustedPost)
			restart(s)
		}, false},
		{"hold for Deliver", RespondHandler, hold, func(s *seams) {
			down(s)
			concurrently(s, s.deliver)
			restart(s)
		}, false},
		{"retry", RespondHandler, withRetry, func(s *seams) {
			refuseFirst(s)
			three(func(n int) { s.post(n) })
		}, false},
		{"retry and hold", RespondHandler, func(_ *testing.T, o *Options) { o.Hold, o.Retry = true, &retry.Schedule{} }, func(s *seams) {
			refuseFirst(s)
			three(func(n int) { s.post(n) })
			down(s) // when the retries are due
			advance(time.Minute)
			s.sender.setUp(true, hostA)
		}, false},
		{"resume held deliveries", RespondHandler, hold, func(s *seams) { s.Resume(s.pending(hostA, time.Time{}, 0)) }, false},
		{"resume retries", RespondHandler, withRetry, func(s *seams) { s.Resume(s.pending(hostA, time.Now().Add(time.Second), 1)) }, false},
		{"resume retries without a route", RespondHandler, withRetry, func(s *seams) { s.Resume(s.pending(hostB, time.Now().Add(time.Second), 1)) }, false},
		{"resume for other routes", RespondHandler, hold, func(s *seams) { s.Resume(s.pending(hostB, time.Time{}, 0)) }, false},
		{"probe", RespondHandler, none, func(s *seams) {
			down(s)
			s.ProbeHandlers(context.Background())
			three(func(n int) { s.post(n) })
			restart(s)
			advance(time.Minute)
		}, false},
		{"drain", RespondHandler, hold, func(s *seams) {
			down(s)
			three(func(n int) { s.post(n) })
			concurrently(s, func(n int) { s.trustedPost(n + 3) })
			s.Drain()
		}, true},
		{"abort", RespondHandler, func(_ *testing.T, o *Options) { o.Retry = &retry.Schedule{} }, func(s *seams) {
			s.sender.hangs = true
			concurrently(s, func(n int) { s.post(n) })
			concurrently(s, func(n int) { s.trustedPost(n + 3) })
			s.Abort()
		}, true},
	}
}

// seam is a method of an interface that the relay depends on.
type seam struct {
	name   string
	script func(s *seams) *testkit.Script
	faults map[string]func() error
}

func seamsOf() []seam {
	bug := func() error { panic("a bug for the test") }
	log := map[string]func() error{
		"busy": busy, "panicking": bug,
		"full":     func() error { return store.ErrFull },
		"canceled": func() error { return context.Canceled },
	}
	return []seam{
		{"Record", func(s *seams) *testkit.Script { return &s.log.record }, log},
		{"AddAttempts", func(s *seams) *testkit.Script { return &s.log.add }, log},
		{"QueueAttempts", func(s *seams) *testkit.Script { return &s.log.queue }, log},
		{"Hold", func(s *seams) *testkit.Script { return &s.log.hold }, log},
		{"Get", func(s *seams) *testkit.Script { return &s.log.get }, log},
		{"Send", func(s *seams) *testkit.Script { return &s.sender.send }, map[string]func() error{
			"canceled": failure(webhook.FailureCanceled), "panicking": bug,
			"timed out": failure(webhook.FailureTimeout), "refused": failure(webhook.FailureRefused),
		}},
		{"Reachable", func(s *seams) *testkit.Script { return &s.sender.reachable }, map[string]func() error{
			"canceled": func() error { return context.Canceled }, "panicking": bug, "failing": func() error { return errors.New("no route") },
		}},
		{"Notify", func(s *seams) *testkit.Script { return &s.notify }, map[string]func() error{"panicking": bug}},
	}
}

// A fault at any call of any interface loses no acknowledged delivery, blocks no later one, and leaves no goroutine behind: a bubble that
// has one fails.
func TestFaultsAtTheSeamsLoseNoDelivery(t *testing.T) {
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			for _, at := range seamsOf() {
				for name, fault := range at.faults {
					for _, calls := range [][]int64{{1}, {2}, {3}, {4}, {1, 2, 3}, {2, 3, 4, 5, 6}} {
						synctest.Test(t, func(t *testing.T) {
							s := newSeams(t, func(o *Options) { op.options(t, o) }, op.respond)
							at.script(s).Store(testkit.FailingOn(fault, calls...))
							op.do(s)
							if !op.ends {
								advance(oneDay)
							}
							synctest.Wait()
							at.script(s).Store(nil)
							what := fmt.Sprintf("%s: calls %d of %s are %s", op.name, calls, at.name, name)
							s.checkRecords(what)
							if len(calls) == 1 {
								s.checkPanics(what)
							}
							if !op.ends {
								s.checkResult(what)
							}
							s.checkClosed(what)
						})
					}
				}
			}
		})
	}
}

// recorded returns the deliveries in the log by body.
func (s *seams) recorded(what string) map[string]*webhook.Delivery {
	s.t.Helper()
	found := map[string]*webhook.Delivery{}
	for _, d := range s.memory.all {
		if found[string(d.Body)] != nil {
			s.t.Errorf("%s: %s is recorded twice", what, d.Body)
		}
		found[string(d.Body)] = d
	}
	return found
}

// checkRecords asserts that each delivery is recorded before it is sent or acknowledged.
func (s *seams) checkRecords(what string) {
	s.t.Helper()
	recorded := s.recorded(what)
	for body, code := range s.replies {
		received := s.sender.received[body]
		switch d := recorded[body]; {
		case d == nil && code != http.StatusServiceUnavailable && code != http.StatusInternalServerError && code != crashed:
			s.t.Errorf("%s: %s got %d and is not recorded, want 503, or 500 after a panic", what, body, code)
		case d == nil && received > 0:
			s.t.Errorf("%s: %s was sent to the handler %d times and is not recorded", what, body, received)
		}
	}
}

// checkPanics asserts that a recorded delivery whose sender got 500 has an attempt, so it can be found and replayed.
func (s *seams) checkPanics(what string) {
	s.t.Helper()
	recorded := s.recorded(what)
	for body, code := range s.replies {
		if d := recorded[body]; d != nil && code == http.StatusInternalServerError && len(d.History) == 0 {
			s.t.Errorf("%s: %s got 500 and has no attempt", what, body)
		}
	}
}

// checkResult asserts that no acknowledged delivery is lost once the fault has passed, and that the next delivery is sent.
func (s *seams) checkResult(what string) {
	s.t.Helper()
	for body, d := range s.recorded(what) {
		code, isNew := s.replies[body]
		acknowledged := !isNew || code < 300 // deliveries of earlier sessions were acknowledged then
		if acknowledged && s.sender.received[body] == 0 && len(d.History) == 0 && !s.isDue(d.ID) {
			s.t.Errorf("%s: %s was acknowledged, but it was not sent and has no attempt and no row: it is lost", what, body)
		}
	}
	if held := s.Held(); held != 0 {
		s.t.Errorf("%s: %d are held though the handler is up", what, held)
	}
	s.sender.codes, s.sender.crashes = nil, 0
	s.post(9)
	synctest.Wait()
	code, received := s.replies[string(job("job_a", 9))], s.sender.received[string(job("job_a", 9))]
	if code != http.StatusOK || received != len(s.upstreams) {
		s.t.Errorf("%s: the next delivery got %d and was sent %d times, want 200 and once to each target", what, code, received)
	}
}

// checkClosed closes the relay and asserts that it has released everything.
func (s *seams) checkClosed(what string) {
	s.t.Helper()
	s.Close()
	if n := s.ingress.bodies.reserved.Load(); n != 0 {
		s.t.Errorf("%s: %d bytes are still reserved", what, n)
	}
	for _, u := range s.upstreams {
		if u.slots.busy != 0 || len(u.slots.waiters) != 0 {
			s.t.Errorf("%s: %d slots are busy and %d deliveries wait, want none", what, u.slots.busy, len(u.slots.waiters))
		}
	}
	if n := len(s.recorder.jobs.last); n != 0 {
		s.t.Errorf("%s: %d job queues are left, want none", what, n)
	}
}

func (s *seams) isDue(id webhook.ID) bool {
	for key := range s.memory.rows {
		if key.id == id {
			return true
		}
	}
	return false
}
