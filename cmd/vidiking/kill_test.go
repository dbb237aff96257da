package main

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// kills is how often a test kills a listen: VIDIKING_KILLS, or 3.
func kills(t *testing.T) int {
	t.Helper()
	v := os.Getenv("VIDIKING_KILLS")
	if v == "" {
		return 3
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("VIDIKING_KILLS is %q, want a number from 1 on", v)
	}
	return n
}

// concurrentSenders sends to a listen over several connections and records which deliveries were answered.
type concurrentSenders struct {
	next     atomic.Int64
	mu       sync.Mutex
	answered map[int64]bool // by number, across all listens so far
}

// press sends over eight connections and kills the listen after the given number of further answers. It returns when all senders have noticed.
func (c *concurrentSenders) press(t *testing.T, l *listening, enough int64) {
	t.Helper()
	var more atomic.Int64
	var all sync.WaitGroup
	for _, s := range dialAll(t, l.url, 8) {
		all.Go(func() {
			for {
				n := c.next.Add(1)
				resp, err := s.send(numberedBody(n))
				if err != nil {
					return // the listen was killed
				}
				if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusInternalServerError { // a handler may refuse it
					t.Errorf("delivery %d got %s, want 200 or 500", n, resp.Status)
				}
				c.mu.Lock()
				c.answered[n] = true
				c.mu.Unlock()
				more.Add(1)
			}
		})
	}
	l.await("enough is answered", func() bool { return more.Load() >= enough })
	l.kill()
	all.Wait()
}

// check compares the log with the deliveries sent: answered ones are in it exactly once, and it has no others.
func (c *concurrentSenders) check(t *testing.T, r *store.Reader) {
	t.Helper()
	found := bodies(t, r)
	known := 0
	for n := int64(1); n <= c.next.Load(); n++ {
		times := found[string(numberedBody(n))]
		if times > 0 {
			known++
		}
		if c.answered[n] && times != 1 || times > 1 {
			t.Errorf("delivery %d (answered: %t) is %d times in the log", n, c.answered[n], times)
		}
	}
	if known != len(found) {
		t.Errorf("%d bodies in the log were never sent", len(found)-known)
	}
}

// A listen that is killed while its handler works leaves deliveries whose outcome is unknown. The next listen reports them, with the command
// that replays them.
func TestNextListenReportsDeliveriesOfAKilledOne(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	think, answer := make(chan struct{}), make(chan struct{})
	handler := startHandler(t, func(r *http.Request) {
		think <- struct{}{}
		select {
		case <-answer:
		case <-r.Context().Done():
		}
	})
	const left = 5
	l := w.startListen(t, "vidiking", handler.handler())
	for i, s := range dialAll(t, l.url, left) {
		go func() { _, _ = s.send(numberedBody(int64(i))) }() // there will be no response
	}
	for range left {
		<-think
	}
	l.kill()
	close(answer)
	if n := count(t, openLog(t, w.dir), pending()); n != left {
		t.Errorf("%d pending in the log, want %d", n, left)
	}
	next := w.startListen(t, "vidiking", handler.handler())
	const say = "5 deliveries from an earlier listen, outcome unknown: the handler may have received them."
	next.await("the next listen tells", func() bool { return strings.Contains(next.said(next.stderr), say) })
	if strings.Contains(next.said(next.stderr), "never sent") {
		t.Errorf("the next listen claims that deliveries were never sent:\n%s", next.said(next.stderr))
	}
	go func() {
		for range left {
			<-think
		}
	}()
	code, _, stderr := w.run(t, "vidiking", "replay", "--status", "pending")
	if code != 0 {
		t.Errorf("the command that it names ended with %d, want 0; stderr:\n%s", code, stderr)
	}
	if code := next.interrupt(); code != 0 {
		t.Errorf("the next listen ended with %d, want 0", code)
	}
}

// A listen that is killed during startup leaves a log that can be opened.
func TestListenKilledDuringStartupLeavesAReadableLog(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	for range kills(t) {
		p := w.start(t, "vidiking", "listen", "--addr", "127.0.0.1:0", "--forward", "localhost:1")
		moment := time.NewTimer(rand.N(60 * time.Millisecond))
		select {
		case <-moment.C:
		case <-p.ended:
			t.Fatalf("listen ended with %d; stderr:\n%s", p.wait(), p.said(p.stderr))
		}
		p.kill()
		if code, _, stderr := w.run(t, "vidiking", "webhooks", "list"); code != 0 {
			t.Errorf("webhooks list ended with %d, want 0; stderr:\n%s", code, stderr)
		}
	}
	if code := w.startListen(t, "vidiking", "localhost:1").interrupt(); code != 0 {
		t.Errorf("the last listen ended with %d, want 0", code)
	}
}
