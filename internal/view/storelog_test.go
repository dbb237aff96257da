package view

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// startTime is when the first delivery of these tests is received.
var startTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// delivery returns the n-th delivery of a log.
func delivery(n int) webhook.Delivery {
	body := fmt.Sprintf(`{"event":"render.complete","data":{"id":"job_%06d"}}`, n)
	return webhook.Delivery{
		Summary: webhook.Summary{
			ID: webhook.ID(fmt.Sprintf("dlv_%06daaaa", n)), ReceivedAt: startTime.Add(-time.Hour + time.Duration(n)*time.Millisecond), Origin: webhook.OriginTrigger,
			Event: "render.complete", Status: webhook.StatusDelivered, Verdict: webhook.VerdictValid, BodyBytes: int64(len(body)),
		},
		Body: []byte(body),
		History: []webhook.Attempt{{
			N: 1, Target: "http://localhost:3000/webhooks/vidiking", StartedAt: startTime.Add(-time.Hour), Code: 200, Duration: 7 * time.Millisecond,
		}},
	}
}

// storeOptions sets the log's clock to the time of the deliveries. Otherwise the log would prune them as too old.
func storeOptions() store.Options {
	return store.Options{Now: func() time.Time { return startTime.Add(time.Hour) }}
}

// newStoreLog returns a log with n deliveries, three per millisecond, and a StoreLog that reads it.
func newStoreLog(t *testing.T, n int) (*store.Log, *StoreLog) {
	t.Helper()
	l, err := store.Open(t.Context(), t.TempDir(), storeOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for i := range n {
		record(t, l, i)
	}
	r := l.Reader()
	return l, NewStoreLog(Readers{r, r, r, r}, time.Now)
}

func record(t *testing.T, l *store.Log, i int) {
	t.Helper()
	d := delivery(i)
	d.ReceivedAt = startTime.Add(time.Duration(i/3) * time.Millisecond)
	a := d.History[0]
	d.Attempts, d.History, d.Status = 0, nil, webhook.StatusPending
	if err := l.Record(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AddAttempts(d.ID, []webhook.Attempt{a}, nil); err != nil {
		t.Fatal(err)
	}
}

func page(t *testing.T, l *StoreLog, q PageQuery) Page {
	t.Helper()
	p, err := l.Page(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func names(p Page) (s []string) {
	for _, r := range p.Rows {
		s = append(s, string(r.ID)[4:10])
	}
	return s
}

func TestPagesHaveNoGapsOrOverlaps(t *testing.T) {
	_, l := newStoreLog(t, 100)
	p := page(t, l, PageQuery{At: store.Newest(), Older: 7})
	var all []string
	overlap := 0 // rows that are also on the previous page
	for {
		all = append(names(p)[:len(p.Rows)-overlap], all...)
		if !p.HasOlder {
			break
		}
		p = page(t, l, PageQuery{At: p.Rows[0].Cursor, Older: 8})
		overlap = 1
	}
	if len(all) != 100 {
		t.Fatalf("%d rows, want 100: %v", len(all), all)
	}
	for i, name := range all {
		if want := fmt.Sprintf("%06d", i); name != want {
			t.Fatalf("row %d is %s, want %s", i, name, want)
		}
	}
	middle := page(t, l, PageQuery{At: p.Rows[1].Cursor, Older: 3, Newer: 3})
	if got := fmt.Sprint(names(middle)); got != "[000000 000001 000002 000003 000004]" || !middle.HasNewer || middle.HasOlder {
		t.Errorf("around the second row: got %s, has older %v, has newer %v", got, middle.HasOlder, middle.HasNewer)
	}
}

func TestPageNamesBodiesThatAreNotJSON(t *testing.T) {
	l, log := newStoreLog(t, 1)
	bodies := map[webhook.ID]string{"dlv_000001aaaa": "just some text", "dlv_000002aaaa": `[1, 2]`, "dlv_000003aaaa": "", "dlv_000004aaaa": strings.Repeat("x", maxKindBytes+1)}
	for id, body := range bodies {
		d := delivery(1)
		d.ID, d.Event, d.Body, d.BodyBytes, d.Status, d.History = id, "", []byte(body), int64(len(body)), webhook.StatusRejected, nil
		if err := l.Record(t.Context(), &d); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time without reading the bodies
		p := page(t, log, PageQuery{At: store.Newest(), Older: 10})
		if len(p.Rows) != 5 || len(p.NotJSON) != 1 || !p.NotJSON["dlv_000001aaaa"] {
			t.Errorf("got %d rows, not JSON: %v; want 5 and the text", len(p.Rows), p.NotJSON)
		}
	}
}

func TestPageCountsUnseenDeliveries(t *testing.T) {
	log, l := newStoreLog(t, 10)
	p := page(t, l, PageQuery{At: store.Newest(), Older: 5})
	seen := p.Rows[len(p.Rows)-1].Cursor
	for i := 10; i < 14; i++ {
		record(t, log, i)
	}
	p = page(t, l, PageQuery{At: p.Rows[0].Cursor, Older: 5, Newer: 5, LastSeen: seen})
	if p.UnseenCount != 4 {
		t.Errorf("got %d unseen, want 4", p.UnseenCount)
	}
	p = page(t, l, PageQuery{At: store.Newest(), Older: 5, UpTo: seen, LastSeen: seen})
	if got := fmt.Sprint(names(p)); got != "[000005 000006 000007 000008 000009]" || p.UnseenCount != 4 {
		t.Errorf("paused: got %s, %d unseen", got, p.UnseenCount)
	}
	p = page(t, l, PageQuery{At: p.Rows[0].Cursor, Older: 5, Newer: 20, UpTo: store.CursorAt(startTime.Add(3*time.Millisecond), math.MaxInt64)})
	if got := p.Rows[len(p.Rows)-1].ID; got != "dlv_000011aaaa" {
		t.Errorf("up to the millisecond of the last three: the last row is %s", got)
	}
}

func TestTotalsCountTheWholeLog(t *testing.T) {
	_, l := newStoreLog(t, 30)
	f, err := filter.Parse("event:ai.*", time.Now(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Totals(t.Context(), f)
	if err != nil || got.All != 30 || got.Matching != 0 || got.ByStatus[webhook.StatusDelivered] != 30 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestGetReturnsTheReplayTree(t *testing.T) {
	log, l := newStoreLog(t, 3)
	d := delivery(1)
	d.ID, d.ReplayOf, d.ReceivedAt = "dlv_replayaaaa", delivery(1).ID, startTime.Add(time.Second)
	if err := log.Record(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	got, tree, err := l.Get(t.Context(), delivery(1).ID)
	if err != nil || len(tree.Nodes) != 2 || string(got.Body) != string(delivery(1).Body) {
		t.Errorf("got %+v, %+v, %v", got.Summary, tree, err)
	}
	other, found, err := l.PreviousOfEvent(t.Context(), got)
	if err != nil || !found || other.ID != delivery(0).ID {
		t.Errorf("the previous delivery: got %s, %v, %v", other.ID, found, err)
	}
	first, _, err := l.Get(t.Context(), delivery(0).ID)
	if _, found, _ := l.PreviousOfEvent(t.Context(), first); found || err != nil {
		t.Error("found a delivery before the first one")
	}
	rows, err := l.Matching(t.Context(), filter.Filter{}, startTime)
	if err != nil || len(rows) != 3 {
		t.Errorf("up to the first millisecond: got %v, %v", rows, err)
	}
}

func TestAMissingLogReadsAsEmpty(t *testing.T) {
	dir := t.TempDir()
	r, err := store.LazyReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	l := NewStoreLog(Readers{r, r, r, r}, time.Now)
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 5}); len(p.Rows) > 0 {
		t.Errorf("got %v", p.Rows)
	}
	if _, err := l.Totals(t.Context(), filter.Filter{}); err != nil {
		t.Error(err)
	}
	if err := l.Wait(t.Context(), 0); err != nil {
		t.Errorf("waiting for a log: %v", err)
	}
	log, err := store.Open(t.Context(), dir, storeOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	record(t, log, 1)
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 5}); len(p.Rows) != 1 {
		t.Errorf("got %v, want one row", p.Rows)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wait(ctx, 1<<40); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestADeletedLogIsReportedAndItsReplacementIsShown(t *testing.T) {
	dir := t.TempDir()
	createLog := func(n int) {
		l, err := store.Open(t.Context(), dir, storeOptions())
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			record(t, l, i)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	createLog(9)
	r, err := store.LazyReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	l := NewStoreLog(Readers{r, r, r, r}, time.Now)
	p := page(t, l, PageQuery{At: store.Newest(), Older: 20})
	if len(p.Rows) != 9 {
		t.Fatalf("%d rows, want 9", len(p.Rows))
	}
	waited := make(chan error, 1)
	go func() { waited <- l.Wait(t.Context(), p.Cursor) }()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.RemoveAll(f); err != nil {
			t.Skip("this system cannot remove an open file:", err)
		}
	}
	if err := <-waited; err != nil {
		t.Fatal(err)
	}
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 20}); !p.NoLog || len(p.Rows) != 0 {
		t.Errorf("without a log: got %d rows, NoLog %v", len(p.Rows), p.NoLog)
	}
	createLog(2)
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 20}); p.NoLog || len(p.Rows) != 2 {
		t.Errorf("with the next log: got %d rows, NoLog %v", len(p.Rows), p.NoLog)
	}
}

func TestJobsAndTheirLife(t *testing.T) {
	log, l := newStoreLog(t, 0)
	var last webhook.Delivery
	for i, job := range []string{"job_a", "job_b", "job_a"} {
		last = delivery(i)
		last.About, last.ReceivedAt, last.Body = job, startTime.Add(time.Duration(i)*time.Second), fmt.Appendf(nil, `{"event":"x","data":{"id":%q}}`, job)
		last.Attempts, last.History, last.Status = 0, nil, webhook.StatusPending
		if err := log.Record(t.Context(), &last); err != nil {
			t.Fatal(err)
		}
	}
	life, err := l.Life(t.Context(), last)
	if err != nil || len(life) != 2 || life[0].ID != delivery(0).ID || life[1].ID != last.ID {
		t.Errorf("the life of %s: got %v, %v", last.About, life, err)
	}
	jobs, err := l.Jobs(t.Context())
	if err != nil || jobs.Count != 2 || len(jobs.Jobs) != 2 || jobs.Jobs[0].About != "job_b" || len(jobs.Jobs[1].Deliveries) != 2 {
		t.Errorf("got %+v, %v, want job_b, then job_a with two deliveries", jobs, err)
	}
	last.Body = []byte("no payload")
	if life, err := l.Life(t.Context(), last); err != nil || len(life) != 1 {
		t.Errorf("without a job: got %v, %v, want the delivery itself", life, err)
	}
}
