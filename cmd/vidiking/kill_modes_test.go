package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// crashMode is a way to run a listen that is killed repeatedly.
type crashMode struct {
	name    string
	flags   []string
	targets int
	flaky   bool // a handler refuses each delivery once
	away    bool // the handlers are down in every second round
}

// Every delivery acknowledged before kill -9 reaches each handler. None reaches a handler twice unless the outcome of an attempt is reported as
// unknown. No delivery that reached a handler is reported as never sent.
func TestKilledListensLoseNothingAndReportUnknownOutcomes(t *testing.T) {
	for _, m := range []crashMode{
		{name: "plain", targets: 1},
		{name: "ack", targets: 1, flags: []string{"--respond", "ack"}},
		{name: "hold", targets: 1, flags: []string{"--hold"}, away: true},
		{name: "retry", targets: 1, flags: []string{"--retry", "--retry-speed", "1000"}, flaky: true},
		{name: "several targets", targets: 2},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			newCrashTest(t, m).run()
		})
	}
}

// crashTest is the sandbox of one mode, with the known facts about each delivery and handler.
type crashTest struct {
	*testing.T
	mode              crashMode
	w                 *testHome
	concurrentSenders concurrentSenders
	handlers          []*restarting
	log               *store.Reader

	lost    map[webhook.ID]bool // pending without a due time: the outcome is unknown, and nothing sends it again
	unknown map[string]int      // by target and body: the number of attempts that may have started without a result in the log
	reports int
}

func newCrashTest(t *testing.T, m crashMode) *crashTest {
	c := &crashTest{T: t, mode: m, w: newTestHome(t), concurrentSenders: concurrentSenders{answered: map[int64]bool{}}, lost: map[webhook.ID]bool{}, unknown: map[string]int{}}
	for range m.targets {
		c.handlers = append(c.handlers, newRestarting(t, m.flaky))
	}
	return c
}

func (c *crashTest) run() {
	for round := range kills(c.T) {
		for _, h := range c.handlers {
			h.set(!c.mode.away || round%2 == 1)
		}
		l := c.listen()
		stop := c.readAllTheTime()
		c.concurrentSenders.press(c.T, l, 1+rand.Int64N(300))
		stop()
		if live, err := session.Live(c.w.dir); err != nil || len(live) != 0 {
			c.Errorf("after the kill these sessions are found: %v, %v; want none", live, err)
		}
		c.log = openLog(c.T, c.w.dir) // files the journal of the dead listen
		c.concurrentSenders.check(c.T, c.log)
		c.note()
	}
	c.finish()
	c.Logf("%d kills, %d sent, %d answered, %d reported as unknown, %d calls of handlers", kills(c.T), c.concurrentSenders.next.Load(), len(c.concurrentSenders.answered), c.reports, c.calls())
	if len(c.concurrentSenders.answered) == 0 {
		c.Error("nothing was answered, so nothing was proven")
	}
}

// readAllTheTime opens and reads the log again and again, also while listen dies.
func (c *crashTest) readAllTheTime() (stop func()) {
	stopped := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			select {
			case <-stopped:
				return
			default:
			}
			r, err := store.OpenReader(c.Context(), c.w.dir)
			if err != nil {
				c.Errorf("open the delivery log: %v", err)
				return
			}
			if _, err := r.List(c.Context(), store.Query{Limit: 10}); err != nil {
				c.Errorf("read the delivery log: %v", err)
			}
			_ = r.Close()
		}
	})
	return func() { close(stopped); reading.Wait() }
}

func (c *crashTest) listen() *listening {
	c.Helper()
	var forward []string
	for _, h := range c.handlers[1:] {
		forward = append(forward, "--forward", "*="+h.target())
	}
	first := c.handlers[0].target()
	if len(forward) > 0 {
		first = "*=" + first
	}
	return c.w.startListen(c.T, "vidiking", first, append(forward, c.mode.flags...)...)
}

// note compares, after a kill, the deliveries without a result in the log with the handlers.
func (c *crashTest) note() {
	c.Helper()
	rows := map[webhook.ID][]store.Due{}
	due, err := c.log.Due(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	for _, d := range due {
		rows[d.ID] = append(rows[d.ID], d)
	}
	c.each(func(d webhook.Delivery) {
		for _, row := range rows[d.ID] {
			switch {
			case row.Uncertain:
				c.unknown[row.Target+string(d.Body)]++
				c.reports++
			case row.At.IsZero() && len(d.History) == 0 && c.came(row.Target, d.Body) > 0:
				c.Errorf("%s reached %s, but is reported as never sent", d.ID, row.Target)
			}
		}
		if d.Status == webhook.StatusPending && rows[d.ID] == nil && !c.lost[d.ID] {
			c.lost[d.ID] = true
			c.reports++
			for _, h := range c.handlers {
				c.unknown[h.target()+string(d.Body)]++
			}
		}
	})
}

// finish starts a last listen that sends the remaining deliveries, and replays those that it must not resend. After that, every
func (c *crashTest) finish() {
	for _, h := range c.handlers {
		h.set(true)
	}
	l := c.listen()
	l.await("everything is sent", func() bool {
		due, err := c.log.Due(c.Context())
		return err == nil && len(due) == 0
	})
	if n := len(c.lost); n > 0 {
		want := fmt.Sprintf("%d deliver", n)
		l.await("the report", func() bool {
			return slices.ContainsFunc(strings.Split(strings.ReplaceAll(l.said(l.stderr), ",", ""), "\n"), func(line string) bool {
				return strings.HasPrefix(line, want) && strings.Contains(line, "outcome unknown")
			})
		})
		if code, _, stderr := c.w.run(c.T, "vidiking", "replay", "--status", "pending"); code != 0 && !c.mode.flaky {
			c.Errorf("the replay ended with %d; stderr:\n%s", code, stderr)
		}
	}
	if code := l.interrupt(); code != 0 {
		c.Errorf("the last listen ended with %d, want 0", code)
	}
	recorded := map[string]int{} // by target and body: attempts that reached the handler
	c.each(func(d webhook.Delivery) {
		for _, a := range d.History {
			if a.Failure != webhook.FailureRefused {
				recorded[a.Target+string(d.Body)]++
			}
		}
	})
	for n := int64(1); n <= c.concurrentSenders.next.Load(); n++ {
		for _, h := range c.handlers {
			body := string(numberedBody(n))
			came, key := h.calls(body), h.target()+body
			if c.concurrentSenders.answered[n] && came == 0 {
				c.Errorf("delivery %d was acknowledged and never reached %s", n, h.target())
			}
			if most := recorded[key] + c.unknown[key]; came > most {
				c.Errorf("delivery %d reached %s %d times; the log has %d attempts, and %d were reported as unknown", n, h.target(), came, recorded[key], c.unknown[key])
			}
		}
	}
}

func (c *crashTest) each(do func(webhook.Delivery)) {
	c.Helper()
	err := c.log.Each(c.Context(), store.Query{}, func(d webhook.Delivery) error {
		do(d)
		return nil
	})
	if err != nil {
		c.Fatalf("read the delivery log: %v", err)
	}
}

func (c *crashTest) came(target string, body []byte) int {
	for _, h := range c.handlers {
		if h.target() == target {
			return h.calls(string(body))
		}
	}
	return 0
}

func (c *crashTest) calls() (n int) {
	for _, h := range c.handlers {
		for _, times := range h.came {
			n += times
		}
	}
	return n
}

// restarting is a handler with a fixed address that counts the bodies it receives, and can stop and start again.
type restarting struct {
	t       *testing.T
	address string
	flaky   bool
	server  *httptest.Server

	mu   sync.Mutex
	came map[string]int
}

func newRestarting(t *testing.T, flaky bool) *restarting {
	t.Helper()
	ln, err := listenKept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := &restarting{t: t, address: ln.Addr().String(), flaky: flaky, came: map[string]int{}}
	h.serve(ln)
	t.Cleanup(func() { h.set(false) })
	return h
}

func (h *restarting) serve(ln net.Listener) {
	h.server = &httptest.Server{Listener: ln, Config: &http.Server{Handler: http.HandlerFunc(h.take)}}
	h.server.Start()
}

// set starts or stops the handler.
func (h *restarting) set(up bool) {
	h.t.Helper()
	switch {
	case up && h.server == nil:
		ln, err := listen(h.t.Context(), h.address)
		if err != nil {
			h.t.Fatal(err)
		}
		h.serve(ln)
	case !up && h.server != nil:
		h.server.Close()
		h.server = nil
	}
}

func (h *restarting) take(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender was killed
	}
	body := string(content)
	h.mu.Lock()
	h.came[body]++
	first := h.came[body] == 1
	h.mu.Unlock()
	if h.flaky && first {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (h *restarting) calls(body string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.came[body]
}

// target returns the handler's address in the form that listen uses.
func (h *restarting) target() string { return "http://" + h.address + "/webhooks/vidiking" }
