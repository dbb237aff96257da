package store

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// unbounded is a Retention without limits, except those that a test sets.
func unbounded(set func(*Retention)) Retention {
	r := Retention{Deliveries: 1 << 40, Bytes: 1 << 60, Age: math.MaxInt64 / 2, Rejected: 1 << 40, Probes: 1 << 40}
	set(&r)
	return r
}

func rejected(d *webhook.Delivery) { d.Status = webhook.StatusRejected }

func TestDefaultRetention(t *testing.T) {
	want := Retention{Deliveries: 100_000, Bytes: 1 << 30, Age: 720 * time.Hour, Rejected: 1000, Probes: 1000}
	if got := DefaultRetention(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (Retention{Age: time.Hour, Deliveries: -1}).limits(); got.Age != time.Hour || got.Deliveries != want.Deliveries || got.Rejected != want.Rejected {
		t.Errorf("%+v, want the defaults except for an hour", got)
	}
}

// Deliveries that are still to be sent stay, however old they are, and do not keep others from being pruned.
func TestDeliveriesThatAreDueAreNotPruned(t *testing.T) {
	src := newSource(1)
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Deliveries = 5 })})
	var all, due []webhook.ID
	for i := range 40 {
		d, extra := src.next(), Extra{}
		if i < 30 && i%2 == 0 {
			extra.Due, due = []Due{{Target: "http://localhost:3000/", At: start}}, append(due, d.ID)
		}
		if err := l.RecordWith(t.Context(), d, extra); err != nil {
			t.Fatal(err)
		}
		all = append(all, d.ID)
	}
	flush(t, l)
	tidy(t, l)
	if diff := cmp.Diff(append(due, all[35:]...), list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	if p := planNow(t, l); !p.IsEmpty() {
		t.Errorf("the next plan is %+v, want none", p)
	}
}

func TestOldestArePrunedBeyondTheNumber(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 60, 10 })})
	var all []webhook.ID
	for i := range 200 {
		d := src.next(func(d *webhook.Delivery) { d.Body = make([]byte, encoding.PartBytes+1) })
		record(t, l, d)
		attempt(t, l, d.ID, answered(200))
		all = append(all, d.ID)
		if i == 150 {
			tidy(t, l) // pruning continues later
		}
	}
	tidy(t, l)
	if diff := cmp.Diff(all[200-60:], list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	l.writer.txMu.Lock() // maintenance may still check whether there is more to prune
	defer l.writer.txMu.Unlock()
	for _, table := range []string{"content", "attempt", "part"} {
		if got, err := l.writer.conn.Number("SELECT count(*) FROM " + table); err != nil || got != 60 {
			t.Errorf("%d rows of %s are left, %v, want 60", got, table, err)
		}
	}
	checkIntegrity(t, dir)
}

func TestOldestByTimeArePrunedFirst(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 2, 1 })})
	src := newSource(1)
	old, middle, young := src.next(), src.next(), src.next()
	record(t, l, young, old, middle)
	tidy(t, l)
	if diff := cmp.Diff([]webhook.ID{middle.ID, young.ID}, list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

func TestProbesHaveTheirOwnQuota(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Probes = 3, 2 })})
	src := newSource(1)
	probe := func(d *webhook.Delivery) { d.Probe = true }
	kept := []*webhook.Delivery{src.next(), src.next(), src.next()}
	probes := []*webhook.Delivery{src.next(probe), src.next(probe), src.next(probe)}
	record(t, l, append(kept, probes...)...)
	tidy(t, l)
	want := []webhook.ID{kept[0].ID, kept[1].ID, kept[2].ID, probes[1].ID, probes[2].ID}
	if diff := cmp.Diff(want, list(t, l.Reader(), Query{Probes: true})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

func TestDeliveriesArePrunedBeyondTheAge(t *testing.T) {
	now := newClock(start)
	l := openLog(t, t.TempDir(), Options{
		Now: now.now, Retention: unbounded(func(r *Retention) { r.Age = 24 * time.Hour }),
	})
	src := newSource(1)
	at := func(age time.Duration) *webhook.Delivery {
		d := src.next(func(d *webhook.Delivery) { d.ReceivedAt = start.Add(-age) })
		record(t, l, d)
		return d
	}
	at(48 * time.Hour)
	at(24*time.Hour + time.Millisecond)
	just := at(24 * time.Hour)
	young := at(time.Hour)
	tidy(t, l)
	if diff := cmp.Diff([]webhook.ID{just.ID, young.ID}, list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	now.set(start.Add(30 * time.Hour))
	tidy(t, l)
	if got := list(t, l.Reader(), Query{}); len(got) != 0 {
		t.Errorf("30 hours later the log has %v, want nothing", got)
	}
	record(t, l, src.next()) // numbers continue in an empty log
	if got, err := l.Reader().LastSeq(t.Context()); err != nil || got != 5 {
		t.Errorf("the fifth change is number %d, %v", got, err)
	}
}

func TestRejectedDeliveriesDoNotDisplaceOthers(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 10, 5 })})
	src := newSource(1)
	var real []webhook.ID
	for range 10 {
		d := src.next()
		record(t, l, d)
		real = append(real, d.ID)
	}
	var strangers []webhook.ID
	for range 100 {
		d := src.next(rejected)
		record(t, l, d)
		strangers = append(strangers, d.ID)
	}
	tidy(t, l)
	if diff := cmp.Diff(append(real, strangers[95:]...), list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

func TestRejectedDeliveriesHaveALimitOfBytes(t *testing.T) {
	const body = 100 << 10
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Bytes = 16 * 10 * body })})
	src := newSource(1)
	big := func(d *webhook.Delivery) { d.Body = make([]byte, body) }
	var real []webhook.ID
	for range 20 {
		d := src.next(big)
		record(t, l, d, src.next(big, rejected))
		real = append(real, d.ID)
	}
	tidy(t, l)
	if got := len(list(t, l.Reader(), where("status:rejected"))); got != 10 {
		t.Errorf("%d rejected deliveries are left, want 10, which fit into a sixteenth", got)
	}
	if diff := cmp.Diff(real, list(t, l.Reader(), where("status:pending"))); diff != "" {
		t.Errorf("the others (-want +got):\n%s", diff)
	}
}

func TestBytesOfRejectedDeliveriesPruneNoOthers(t *testing.T) {
	const body = 100 << 10
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Bytes = 40 * body })})
	src := newSource(1)
	big := func(d *webhook.Delivery) { d.Body = make([]byte, body) }
	var all []*webhook.Delivery
	for range 30 {
		all = append(all, src.next(big))
	}
	for range 100 {
		all = append(all, src.next(big, rejected))
	}
	record(t, l, all...)
	tidy(t, l)
	if got := list(t, l.Reader(), Query{}); len(got) != 32 || got[0] != all[0].ID {
		t.Errorf("%d deliveries are left, want 30 and the 2 rejected ones that fit into a sixteenth", len(got))
	}
}

func TestLogStaysWithinItsBytes(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	const bound = 4 << 20
	l := openLog(t, dir, Options{Retention: unbounded(func(r *Retention) { r.Bytes = bound })})
	for range 150 {
		record(t, l, src.next(func(d *webhook.Delivery) { d.Body = make([]byte, 300<<10) }))
	}
	tidy(t, l)
	left := list(t, l.Reader(), Query{})
	if len(left) == 0 || len(left) > bound/(300<<10) || len(left) < bound/(300<<10)-2 {
		t.Errorf("%d deliveries of 300 KiB are left, want as many as fit into 4 MiB", len(left))
	}
	closeLog(t, l)
	info, err := os.Stat(filepath.Join(dir, FileName))
	if most := int64(bound + 16<<20 + 256*sqlite.PageBytes); err != nil || info.Size() > most { // 256: indexes and other overhead
		t.Errorf("the file has %d bytes, %v, want at most %d", info.Size(), err, most)
	}
}

// The planner asks for the time between two of its steps. What the writer prunes at that moment must not change the plan.
func TestPlanReadsOneStateOfTheLog(t *testing.T) {
	const body = 100 << 10
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Bytes = 1000 * body })})
	src := newSource(1)
	big := func(d *webhook.Delivery) { d.Body = make([]byte, body) }
	for range 30 {
		record(t, l, src.next(big))
	}
	for range 20 {
		record(t, l, src.next(big, rejected))
	}
	planWhile := func(now func() time.Time) retention.Plan {
		t.Helper()
		p := &retention.Planner{Conn: reopen(t, l), Limits: unbounded(func(r *Retention) { r.Bytes = 20 * body }).limits(), Now: now}
		todo, err := p.MakePlan()
		if err != nil {
			t.Fatal(err)
		}
		return todo
	}
	want := planWhile(time.Now)
	got := planWhile(func() time.Time {
		l.writer.plans <- retention.Plan{Rejected: want.Rejected, Generation: l.writer.file.generation.Load()}
		l.writer.plans <- retention.Plan{} // accepted after the first one is done
		return time.Now()
	})
	if got != want {
		t.Errorf("the plan made while the writer prunes is %+v, want %+v", got, want)
	}
}

func TestOldestChangesArePruned(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 10, 1 })})
	src := newSource(1)
	d := src.next()
	record(t, l, d)
	for range 100 {
		attempt(t, l, d.ID, answered(500))
	}
	tidy(t, l)
	got := changes(t, l.Reader(), 0, 1000)
	if len(got) != 41 || got[0].Kind != ChangeGap || got[0].Seq != 61 || got[40].Seq != 101 {
		t.Errorf("%d changes from %v on, want a gap up to 61 and the last 40", len(got), formatChanges(got[:1]))
	}
	if history := get(t, l.Reader(), d.ID).History; len(history) != 100 {
		t.Errorf("%d attempts, want all, because only changes were pruned", len(history))
	}
}

func TestNewestChangeIsNeverPruned(t *testing.T) {
	now := newClock(start)
	l := openLog(t, t.TempDir(), Options{
		Now: now.now, Retention: Retention{Deliveries: 1, Rejected: 1, Age: time.Hour, Bytes: 1},
	})
	record(t, l, newSource(1).next())
	now.set(start.Add(48 * time.Hour))
	for range 3 {
		tidy(t, l)
	}
	if got := changes(t, l.Reader(), 0, 10); len(got) != 1 || got[0].Kind != ChangeGap || got[0].Seq != 1 {
		t.Errorf("changes %v, want a gap up to 1", formatChanges(got))
	}
}

// Maintenance starts pruning, and a delivery that arrives meanwhile waits for one step at most.
func TestPruningAlternatesWithDeliveries(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		src := newSource(1)
		l, err := Open(t.Context(), dir, Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 10, 1 })})
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			record(t, l, src.next())
		}
		time.Sleep(maintenanceInterval) // fake time
		synctest.Wait()
		if got := len(list(t, l.Reader(), Query{})); got != 10 {
			t.Errorf("%d deliveries after a tick, want 10", got)
		}
		closeLog(t, l)
	})
}

func TestPruningDoesNotWaitForAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(t.Context(), dir, Options{Retention: unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 1, 1 })})
		if err != nil {
			t.Fatal(err)
		}
		defer closeLog(t, l)
		src := newSource(1)
		for range 10 {
			record(t, l, src.next())
		}
		release := holdLock(t, dir)
		began := time.Now()
		l.writer.plans <- planNow(t, l)
		l.writer.plans <- retention.Plan{} // accepted after the writer has dropped the first plan
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the writer waited %v for the lock, want it to drop the plan at once", waited)
		}
		if got := len(list(t, l.Reader(), Query{})); got != 10 {
			t.Errorf("%d deliveries while the log is locked, want 10", got)
		}
		release()
		record(t, l, src.next())
		tidy(t, l)
		if got := len(list(t, l.Reader(), Query{})); got != 1 {
			t.Errorf("%d deliveries, want 1", got)
		}
	})
}

// A log far beyond its limits is pruned even if the writer is never idle.
func TestPruningIsUrgentFarBeyondTheLimits(t *testing.T) {
	for name, c := range map[string]struct {
		retention Retention
		deliver   func(*webhook.Delivery)
		urgent    bool
	}{
		"a few too many":      {unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 95, 1 }), nil, false},
		"many too many":       {unbounded(func(r *Retention) { r.Deliveries, r.Rejected = 50, 1 }), nil, true},
		"a flood of rejected": {unbounded(func(r *Retention) { r.Rejected = 40 }), rejected, true},
		"far too many bytes":  {unbounded(func(r *Retention) { r.Bytes = 100 << 10 }), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := openLog(t, t.TempDir(), Options{Retention: unbounded(func(*Retention) {})})
			src := newSource(1)
			for range 100 {
				d := src.next()
				if c.deliver != nil {
					c.deliver(d)
				}
				record(t, l, d)
			}
			closeLog(t, l)
			u := &retention.Planner{Conn: reopen(t, l), Limits: c.retention.limits(), Now: time.Now}
			p, err := u.MakePlan()
			if err != nil || p.Urgent != c.urgent {
				t.Errorf("urgent: %v, %v, want %v", p.Urgent, err, c.urgent)
			}
		})
	}
}

// reopen returns a maintenance connection of the test.
func reopen(t *testing.T, l *Log) *sqlite.Conn {
	t.Helper()
	c, err := openMaintenance(l.reader.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestUrgentPruningDoesNotWaitForIdleTime(t *testing.T) {
	for name, c := range map[string]struct {
		urgent bool
		want   int64
	}{"urgent": {true, 100 - retention.StepDeliveries}, "not urgent": {false, 100}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l, src := openLog(t, dir, Options{}), newSource(1)
			for range 100 {
				record(t, l, src.next())
			}
			closeLog(t, l)
			w := newWriter(reopen(t, l), &logFile{}, &recorder{}, nil, &notifier{}, Options{}) // without its goroutine
			w.plan = retention.Plan{All: retention.Position{ReceivedAt: math.MaxInt64}, Urgent: c.urgent}
			w.afterCommit()
			if got, err := w.conn.Number("SELECT count(*) FROM delivery"); err != nil || got != c.want {
				t.Errorf("%d deliveries are left after a transaction, %v, want %d", got, err, c.want)
			}
		})
	}
}
