package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func schedule(t *testing.T, l *Log, id webhook.ID, a webhook.Attempt, due ...Due) webhook.Status {
	t.Helper()
	status, err := l.AddAttempts(id, []webhook.Attempt{a}, due)
	if err != nil {
		t.Fatalf("AddAttempts(%s): %v", id, err)
	}
	return status
}

// adoptAll adopts the held deliveries and the retries of dead sessions.
func adoptAll(t *testing.T, l *Log, session string, dead ...string) []Due {
	t.Helper()
	due, err := l.AdoptPending(t.Context(), session, dead, true)
	if err != nil {
		t.Fatalf("Adopt: %v", err)
	}
	return due
}

func holdDue(t *testing.T, l *Log, due Due) {
	t.Helper()
	if err := l.Hold(due, ""); err != nil {
		t.Fatalf("Hold(%s): %v", due.ID, err)
	}
}

func bySession(session string) func(*webhook.Delivery) {
	return func(d *webhook.Delivery) { d.Session = session }
}

func TestPendingDeliveriesAreAdoptedOnce(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	s := newSource(1)
	held, retried, given := s.next(bySession("dead")), s.next(bySession("dead")), s.next(bySession("dead"))
	done, sending, alive := s.next(bySession("dead")), s.next(bySession("dead")), s.next(bySession("alive"))
	record(t, l, held, retried, given, done, sending, alive)
	at := start.Add(30 * time.Second)
	target := answered(500).Target
	holdDue(t, l, Due{ID: held.ID, Target: target})
	holdDue(t, l, Due{ID: alive.ID, Target: target})
	if status := schedule(t, l, retried.ID, answered(500), Due{Target: target, At: at}); status != webhook.StatusRefused {
		t.Errorf("a refused delivery is %s, want refused", status)
	}
	schedule(t, l, given.ID, answered(500))
	attempt(t, l, done.ID, answered(200))

	want := []Due{
		{ID: held.ID, Event: held.Event, Target: target, Session: "holding"},
		{ID: retried.ID, Event: retried.Event, Target: target, At: at, Tries: 1, Session: "new"},
	}
	if got, err := l.AdoptPending(t.Context(), "holding", nil, true); err != nil || got != nil {
		t.Errorf("adopted %+v, %v from no session, want nothing", got, err)
	}
	got, err := l.AdoptPending(t.Context(), "holding", []string{"dead"}, false)
	if diff := cmp.Diff(want[:1], got); err != nil || diff != "" {
		t.Errorf("without retries: %v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(want[1:], adoptAll(t, l, "new", "dead")); diff != "" {
		t.Errorf("with retries (-want +got):\n%s", diff)
	}
	holdDue(t, l, Due{ID: held.ID, Target: target, Uncertain: true}) // an attempt begins
	want[0].Uncertain, want[0].Session, want[1].Session = true, "another", "another"
	if diff := cmp.Diff(want, adoptAll(t, l, "another", "holding", "new")); diff != "" {
		t.Errorf("after the second session died (-want +got):\n%s", diff)
	}
	if got := get(t, l.Reader(), held.ID).Session; got != "dead" {
		t.Errorf("session of the delivery: %s, want the one that received it", got)
	}
	all, err := l.Reader().Due(t.Context())
	if diff := cmp.Diff(append(want, Due{ID: alive.ID, Event: alive.Event, Target: target, Session: "alive"}), all); err != nil || diff != "" {
		t.Errorf("due rows: %v (-want +got):\n%s", err, diff)
	}
}

func TestOnlyHeldDeliveriesCountAsNeverSent(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	s := newSource(1)
	held, begun, sending := s.next(bySession("dead")), s.next(bySession("dead")), s.next(bySession("dead"))
	taken, done := s.next(bySession("dead")), s.next(bySession("dead"))
	record(t, l, held, begun, sending, taken, done)
	target := answered(200).Target
	holdDue(t, l, Due{ID: taken.ID, Target: target})
	adoptAll(t, l, "new", "dead")
	holdDue(t, l, Due{ID: held.ID, Target: target})
	holdDue(t, l, Due{ID: begun.ID, Target: target, Uncertain: true})
	attempt(t, l, done.ID, answered(500))
	got, err := l.Reader().CountPending(t.Context())
	want := []PendingCount{{Session: "dead", NeverSent: 1, Unknown: 2}, {Session: "new", NeverSent: 1}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("PendingCount: %v (-want +got):\n%s", err, diff)
	}
}

func TestHoldOfUnknownDeliveryIsAnError(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	var gone *NotFoundError
	if err := l.Hold(Due{ID: "dlv_0000000000", Target: "http://localhost:3000/"}, ""); !errors.As(err, &gone) {
		t.Errorf("got %v, want a NotFoundError", err)
	}
}

func TestAttemptDeletesTheDueRowOfItsTarget(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	d := newSource(1).next(bySession("dead"))
	record(t, l, d)
	first, second := answered(500), answered(502)
	second.Target = "http://localhost:4000/"
	both := []Due{{Target: first.Target, At: start.Add(time.Minute)}, {Target: second.Target}}
	if _, err := l.AddAttempts(d.ID, []webhook.Attempt{first, second}, both); err != nil {
		t.Fatal(err)
	}
	if got := len(adoptAll(t, l, "a", "dead")); got != 2 {
		t.Errorf("%d are due, want one at each target", got)
	}
	schedule(t, l, d.ID, first, Due{Target: first.Target, At: start.Add(time.Hour)})
	schedule(t, l, d.ID, second)
	want := []Due{{ID: d.ID, Event: d.Event, Target: first.Target, At: start.Add(time.Hour), Tries: 2, Session: "b"}}
	if diff := cmp.Diff(want, adoptAll(t, l, "b", "a")); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
}

func TestResolvedDeliveryIsNoLongerDue(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	s := newSource(1)
	d := s.next(bySession("dead"))
	record(t, l, d)
	schedule(t, l, d.ID, answered(500), Due{Target: answered(500).Target, At: start})
	replay := s.next(func(r *webhook.Delivery) { r.ReplayOf, r.Body = d.ID, d.Body })
	record(t, l, replay)
	attempt(t, l, replay.ID, answered(200))
	if due := adoptAll(t, l, "new", "dead"); due != nil {
		t.Errorf("due: %+v, want nothing", due)
	}
}

func TestIsDueUntilTheLastTargetIsDone(t *testing.T) {
	t.Parallel()
	l := openLog(t, t.TempDir(), Options{})
	d := newSource(1).next()
	record(t, l, d)
	isDue := func() bool {
		t.Helper()
		due, err := l.Reader().IsDue(t.Context(), d.ID)
		if err != nil {
			t.Fatalf("IsDue: %v", err)
		}
		return due
	}
	if isDue() {
		t.Error("a new delivery is due")
	}
	a := answered(500)
	if schedule(t, l, d.ID, a, Due{Target: a.Target, At: start.Add(time.Hour)}); !isDue() {
		t.Error("a delivery with a retry is not due")
	}
	if schedule(t, l, d.ID, answered(200)); isDue() {
		t.Error("a delivery is still due after its last retry")
	}
}

func TestStaleAttemptsAreNotCountedAsTries(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	d := newSource(1).next(bySession("dead"))
	record(t, l, d)
	refused := answered(500)
	stale := webhook.Attempt{Target: refused.Target, StartedAt: start, Failure: webhook.FailureStale}
	due := Due{ID: d.ID, Event: d.Event, Target: refused.Target, At: start.Add(time.Minute)}
	for range 2 {
		if _, err := l.AddAttempts(d.ID, []webhook.Attempt{stale, refused}, []Due{due}); err != nil {
			t.Fatal(err)
		}
	}
	due.Tries, due.Session = 2, "new"
	if diff := cmp.Diff([]Due{due}, adoptAll(t, l, "new", "dead")); diff != "" {
		t.Errorf("adopted (-want +got):\n%s", diff)
	}
}
