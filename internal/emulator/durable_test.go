package emulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// killed returns a copy of the state as a kill at this moment leaves it.
func killed(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestKilledEmulatorContinuesWhereItWas(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 500)
	first := open(t, t.TempDir(), func(o *Options) { o.CallbackEvents = CallbackAll })
	putWebhook(first, h.URL, `"render.complete"`)
	id := first.render(h.URL)
	first.advance(Until{Time: first.Now().Add(3 * time.Second)}) // queued and processing have been refused
	dir := killed(t, first.dir)
	first.stop()
	before := len(h.got)

	later := func() time.Time { return start.Add(time.Hour) } // the manual clock stands still while there is no emulator
	r := open(t, dir, func(o *Options) { o.CallbackEvents, o.Now = CallbackAll, later })
	if want := start.Add(3 * time.Second); !r.Now().Equal(want) {
		t.Errorf("the clock shows %v, want %v", r.Now(), want)
	}
	r.advance(Until{})
	counts := map[string]int{}
	for _, s := range first.sent {
		counts[s.Delivery.Event]++
	}
	for _, s := range r.sent {
		counts[s.Delivery.Event]++
	}
	want := map[string]int{"render.queued": 6, "render.processing": 6, "render.complete": 12} // callback and webhook
	if diff := cmp.Diff(want, counts); diff != "" || before != 2 {
		t.Errorf("attempts (-want +got), %d of them before the kill:\n%s", before, diff)
	}
	if got := r.do("GET", "/v1/render/"+id, "")["status"]; got != "COMPLETE" {
		t.Errorf("the job is %v", got)
	}
	if due, err := r.log.Reader().Due(t.Context()); len(due) > 0 || err != nil {
		t.Errorf("%v are still due, %v", due, err)
	}
	if a := r.ledger.snapshot(); a.Balance != 4740 || a.Held != 0 || a.Webhook == nil {
		t.Errorf("the account is %+v", a)
	}
}

// A kill after any frame of the journal loses nothing and makes no delivery twice.
func TestKillAfterAnyFrameLosesNothing(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), func(o *Options) { o.Collect, o.Balance = true, 509 })
	putWebhook(r, "http://127.0.0.1:1/", allEvents)
	r.render("http://127.0.0.1:1/callback")
	r.advance(Until{})
	c := change{account: r.ledger.snapshot()}
	for i := range 3 {
		r.jobs.add(&c, outgoing{Event: "render.complete", About: "job_x", Target: "http://127.0.0.1:1/", Body: fmt.Appendf(nil, `{"n":%d}`, i), At: start})
	}
	// The process dies after the first of three deliveries.
	states, err := c.states()
	if err == nil {
		err = r.ledger.record(t.Context(), c.deliveries[0], c.deliveries[1:], states)
	}
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, killed(t, r.dir), func(o *Options) { o.Collect = true })
	_, text := again.call("GET", "/_emulator/deliveries", "")
	for i := range 3 {
		if n := strings.Count(text, fmt.Sprintf(`"{\"n\":%d}"`, i)); n != 1 {
			t.Errorf("delivery %d is in the log %d times, want once", i, n)
		}
	}
	if n := strings.Count(text, `"event":"render.complete"`); n != 2+3 {
		t.Errorf("%d deliveries of render.complete, want 5", n)
	}
	if strings.Count(text, `"event":"wallet.low_balance"`) != 1 || again.ledger.snapshot().Deliveries != c.account.Deliveries {
		t.Errorf("got %s", text)
	}
}

func TestRunningClockCountsTheTimeBetweenTwoRuns(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return start.Add(time.Hour) }
	for speed, want := range map[float64]time.Time{0: start, 1: start.Add(time.Hour), 60: start} {
		c := NewClock(now(), speed, now)
		c.resume(start)
		if got := c.Now(); !got.Equal(want) {
			t.Errorf("at speed %v, the clock shows %v, want %v", speed, got, want)
		}
	}
	c := NewClock(now(), 1, now)
	if c.resume(start.Add(2 * time.Hour)); !c.Now().Equal(start.Add(2 * time.Hour)) {
		t.Errorf("the clock went back to %v", c.Now())
	}
}

func TestSecondEmulatorOfAStateIsRefused(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	_, err := Open(t.Context(), *r.o)
	var inUse *InUseError
	if !errors.As(err, &inUse) {
		t.Errorf("got %v, want an InUseError", err)
	}
	info, err := os.Stat(filepath.Join(r.dir, "emulator.lock"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the lock is %v, %v, want 0600", info.Mode(), err)
	}
}

func TestSameSeedGivesTheSameIDsAndTimes(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (all []string) {
		r := open(t, t.TempDir(), func(o *Options) { o.Seed, o.Collect, o.WorkTime.Max = seed, true, time.Minute })
		putWebhook(r, "http://127.0.0.1:1/", allEvents)
		for range 3 {
			r.render("")
		}
		r.advance(Until{})
		_, text := r.call("GET", "/_emulator/deliveries", "")
		text = regexp.MustCompile("sha256=[0-9a-f]+").ReplaceAllString(text, "") // of a body with the port
		return strings.Split(strings.ReplaceAll(text, r.server.URL, ""), `{"id"`)
	}
	if diff := cmp.Diff(run(1), run(1)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	if slices.Equal(run(1), run(2)) {
		t.Error("another seed gives the same ids")
	}
}

func TestIDsDoNotRepeat(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range uint64(20_000) {
		id := source(3).jobID("job_", n)
		if seen[id] || len(id) != 10 {
			t.Fatalf("id %d is %s, which is taken or too short", n, id)
		}
		seen[id] = true
		if d := source(3).deliveryID(n); seen[d] || !webhook.IsID(d) {
			t.Fatalf("delivery %d is %s", n, d)
		} else {
			seen[d] = true
		}
	}
}

func TestExportIsImported(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	from := open(t, t.TempDir())
	putWebhook(from, h.URL, allEvents)
	done := from.render("")
	from.advance(Until{})
	pending := from.render(h.URL + "/callback")
	from.advance(Until{Time: from.Now()})
	sent := len(h.got)
	_, text := from.call("GET", "/_emulator/export", "")
	if strings.Contains(text, "whsec_") {
		t.Errorf("the export has a secret: %s", text)
	}
	to := open(t, t.TempDir(), func(o *Options) { o.Seed = 8 })
	other := to.render(h.URL)
	to.do("POST", "/_emulator/import", text)
	to.advance(Until{Time: to.Now()})
	if len(h.got) != sent {
		t.Errorf("the import sent %q", h.events()[sent:])
	}
	_, again := to.call("GET", "/_emulator/export", "")
	if diff := cmp.Diff(strings.ReplaceAll(text, "\n", ""), again); diff != "" {
		t.Errorf("exported again (-want +got):\n%s", diff)
	}
	to.advance(Until{})
	for id, want := range map[string]int{done: 200, pending: 200, other: 404} {
		if code, text := to.call("GET", "/v1/render/"+id, ""); code != want || code == 200 && !strings.Contains(text, "COMPLETE") {
			t.Errorf("%s: got %d %s, want %d", id, code, text, want)
		}
	}
	if got := h.events()[sent:]; len(got) != 3 || got[0] != "render.processing" {
		t.Errorf("delivered %q, want processing, and complete twice", got)
	}
	if code, _ := to.call("POST", "/_emulator/import", "{}"); code != 400 {
		t.Errorf("importing something else: got %d, want 400", code)
	}
}

func TestResetDeletesEverything(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 500)
	r := open(t, t.TempDir())
	id := r.render(h.URL)
	r.advance(Until{Time: r.Now().Add(time.Minute)})
	sent := len(h.got)
	if s := r.do("POST", "/_emulator/reset", ""); s["pending"] != 0.0 || s["jobs"] != 0.0 || s["balance"] != "47.50" {
		t.Errorf("the state is %v", s)
	}
	r.advance(Until{})
	if code, _ := r.call("GET", "/v1/render/"+id, ""); code != 404 || len(h.got) != sent {
		t.Errorf("the job: %d; %d more deliveries", code, len(h.got)-sent)
	}
	if got := r.render(h.URL); got != id {
		t.Errorf("the first id is %s, want %s, which the seed gives", got, id)
	}
	again := open(t, killed(t, r.dir))
	if n := again.queue.Len(); n != 1 {
		t.Errorf("%d are due after a restart, want the new job", n)
	}
}

func TestCollectKeepsDeliveries(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir(), func(o *Options) { o.Collect = true })
	id := r.render(h.URL)
	r.advance(Until{})
	_, text := r.call("GET", "/_emulator/deliveries", "")
	if !strings.Contains(text, id) || !strings.Contains(text, `"X-Vidiking-Signature":"sha256=`) || len(h.got) > 0 {
		t.Errorf("kept %s, and sent %d", text, len(h.got))
	}
}
