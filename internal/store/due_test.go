package store

import (
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

func adopt(t *testing.T, l *Log, session string, live ...string) []Due {
	t.Helper()
	due, err := l.Adopt(t.Context(), session, live)
	if err != nil {
		t.Fatalf("Adopt: %v", err)
	}
	return due
}

func bySession(session string) func(*webhook.Delivery) {
	return func(d *webhook.Delivery) { d.Session = session }
}

func TestWhatADeadSessionWasToSendIsTakenOverOnce(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	s := newSource(1)
	held, retried, given := s.next(bySession("dead")), s.next(bySession("dead")), s.next(bySession("dead"))
	done, alive, alone := s.next(bySession("dead")), s.next(bySession("alive")), s.next(bySession(""))
	record(t, l, held, retried, given, done, alive, alone)
	at := start.Add(30 * time.Second)
	target := answered(500).Target
	if status := schedule(t, l, retried.ID, answered(500), Due{Target: target, At: at}); status != webhook.StatusRefused {
		t.Errorf("a refused delivery is %s, want refused", status)
	}
	schedule(t, l, given.ID, answered(500))
	attempt(t, l, done.ID, answered(200))

	want := []Due{
		{ID: held.ID, Event: held.Event},
		{ID: retried.ID, Event: retried.Event, Target: target, At: at, Tries: 1},
	}
	if diff := cmp.Diff(want, adopt(t, l, "new", "alive")); diff != "" {
		t.Errorf("taken over (-want +got):\n%s", diff)
	}
	if again := adopt(t, l, "another", "alive", "new"); again != nil {
		t.Errorf("another session takes over %+v, want nothing: the first has it", again)
	}
	if diff := cmp.Diff(want, adopt(t, l, "another", "alive")); diff != "" {
		t.Errorf("after the death of that one (-want +got):\n%s", diff)
	}
	if got := get(t, l.Reader(), held.ID).Session; got != "another" {
		t.Errorf("the delivery is of session %s, want of the one that sends it", got)
	}
}

func TestAnAttemptSettlesWhatWasDueAtItsTargetAlone(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	d := newSource(1).next(bySession("dead"))
	record(t, l, d)
	first, second := answered(500), answered(502)
	second.Target = "http://localhost:4000/"
	both := []Due{{Target: first.Target, At: start.Add(time.Minute)}, {Target: second.Target}}
	if _, err := l.AddAttempts(d.ID, []webhook.Attempt{first, second}, both); err != nil {
		t.Fatal(err)
	}
	if got := len(adopt(t, l, "a")); got != 2 {
		t.Errorf("%d are due, want one at each target", got)
	}
	schedule(t, l, d.ID, first, Due{Target: first.Target, At: start.Add(time.Hour)})
	schedule(t, l, d.ID, second)
	want := []Due{{ID: d.ID, Event: d.Event, Target: first.Target, At: start.Add(time.Hour), Tries: 2}}
	if diff := cmp.Diff(want, adopt(t, l, "b")); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
}

func TestWhatAReplayDeliveredIsDueNoMore(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	s := newSource(1)
	d := s.next(bySession("dead"))
	record(t, l, d)
	schedule(t, l, d.ID, answered(500), Due{Target: answered(500).Target, At: start})
	replay := s.next(func(r *webhook.Delivery) { r.ReplayOf, r.Body = d.ID, d.Body })
	record(t, l, replay)
	attempt(t, l, replay.ID, answered(200))
	if due := adopt(t, l, "new"); due != nil {
		t.Errorf("due: %+v, want nothing", due)
	}
}

func TestADeliveryIsDueAsLongAsItIsStillToBeSentSomewhere(t *testing.T) {
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
		t.Error("a new delivery is due, want it not to be")
	}
	a := answered(500)
	if schedule(t, l, d.ID, a, Due{Target: a.Target, At: start.Add(time.Hour)}); !isDue() {
		t.Error("one that is tried again is not due")
	}
	if schedule(t, l, d.ID, answered(200)); isDue() {
		t.Error("one that was tried again is still due")
	}
}

func TestAStaleAttemptIsNoTryOfItsTarget(t *testing.T) {
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
	due.Tries = 2
	if diff := cmp.Diff([]Due{due}, adopt(t, l, "new")); diff != "" {
		t.Errorf("taken over (-want +got):\n%s", diff)
	}
}
