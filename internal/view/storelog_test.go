package view

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// born is when the deliveries of these tests begin to arrive.
var born = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// delivery is the n-th delivery of a log.
func delivery(n int) webhook.Delivery {
	body := fmt.Sprintf(`{"event":"render.complete","data":{"id":"job_%06d"}}`, n)
	return webhook.Delivery{
		Summary: webhook.Summary{
			ID: webhook.ID(fmt.Sprintf("dlv_%06daaaa", n)), ReceivedAt: born.Add(-time.Hour + time.Duration(n)*time.Millisecond), Origin: webhook.OriginTrigger,
			Event: "render.complete", Status: webhook.StatusDelivered, Verdict: webhook.VerdictValid, BodyBytes: int64(len(body)),
		},
		Body: []byte(body),
		History: []webhook.Attempt{{
			N: 1, Target: "http://localhost:3000/webhooks/vidiking", StartedAt: born.Add(-time.Hour), Code: 200, Duration: 7 * time.Millisecond,
		}},
	}
}

// keeping has the log live in the days of its deliveries, so that none is too old to be kept.
func keeping() store.Options {
	return store.Options{Now: func() time.Time { return born.Add(time.Hour) }}
}

// logged is a log with so many deliveries, three to a millisecond, and the screen's way to it.
func logged(t *testing.T, n int) (*store.Log, *StoreLog) {
	t.Helper()
	l, err := store.Open(t.Context(), t.TempDir(), keeping())
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
	d.ReceivedAt = born.Add(time.Duration(i/3) * time.Millisecond)
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

func TestPagesOfTheLogMeetWithoutGapOrOverlap(t *testing.T) {
	_, l := logged(t, 100)
	p := page(t, l, PageQuery{At: store.Newest(), Older: 7})
	var all []string
	again := 0 // the row that a page begins from
	for {
		all = append(names(p)[:len(p.Rows)-again], all...)
		if !p.Above {
			break
		}
		p = page(t, l, PageQuery{At: p.Rows[0].Cursor, Older: 8})
		again = 1
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
	if got := fmt.Sprint(names(middle)); got != "[000000 000001 000002 000003 000004]" || !middle.Below || middle.Above {
		t.Errorf("around the second: %s, above %v, below %v", got, middle.Above, middle.Below)
	}
}

func TestWhatIsNewerThanWasSeenIsCounted(t *testing.T) {
	log, l := logged(t, 10)
	p := page(t, l, PageQuery{At: store.Newest(), Older: 5})
	seen := p.Rows[len(p.Rows)-1].Cursor
	for i := 10; i < 14; i++ {
		record(t, log, i)
	}
	p = page(t, l, PageQuery{At: p.Rows[0].Cursor, Older: 5, Newer: 5, Seen: seen})
	if p.Newer != 4 {
		t.Errorf("%d are newer, want 4", p.Newer)
	}
	p = page(t, l, PageQuery{At: store.Newest(), Older: 5, UpTo: seen, Seen: seen})
	if got := fmt.Sprint(names(p)); got != "[000005 000006 000007 000008 000009]" || p.Newer != 4 {
		t.Errorf("held still: %s, %d newer", got, p.Newer)
	}
	p = page(t, l, PageQuery{At: p.Rows[0].Cursor, Older: 5, Newer: 20, UpTo: store.CursorAt(born.Add(3*time.Millisecond), math.MaxInt64)})
	if got := p.Rows[len(p.Rows)-1].ID; got != "dlv_000011aaaa" {
		t.Errorf("up to the millisecond of the last three, the last is %s", got)
	}
}

func TestTotalsCountTheWholeLog(t *testing.T) {
	_, l := logged(t, 30)
	f, err := filter.Parse("event:ai.*", time.Now(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Totals(t.Context(), f)
	if err != nil || got.All != 30 || got.Matching != 0 || got.ByStatus[webhook.StatusDelivered] != 30 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReplaysAreOfTheFamily(t *testing.T) {
	log, l := logged(t, 3)
	d := delivery(1)
	d.ID, d.ReplayOf, d.ReceivedAt = "dlv_replayaaaa", delivery(1).ID, born.Add(time.Second)
	if err := log.Record(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	got, family, err := l.Get(t.Context(), delivery(1).ID)
	if err != nil || len(family.Nodes) != 2 || string(got.Body) != string(delivery(1).Body) {
		t.Errorf("got %+v, %+v, %v", got.Summary, family, err)
	}
	other, found, err := l.Before(t.Context(), got)
	if err != nil || !found || other.ID != delivery(0).ID {
		t.Errorf("before it is %s, %v, %v", other.ID, found, err)
	}
	first, _, err := l.Get(t.Context(), delivery(0).ID)
	if _, found, _ := l.Before(t.Context(), first); found || err != nil {
		t.Error("there is one before the first")
	}
	rows, err := l.Matching(t.Context(), filter.Filter{}, born)
	if err != nil || len(rows) != 3 {
		t.Errorf("up to the first millisecond there are %v, %v", rows, err)
	}
}

func TestWithoutALogThereIsAnEmptyOne(t *testing.T) {
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
	log, err := store.Open(t.Context(), dir, keeping())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	record(t, log, 1)
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 5}); len(p.Rows) != 1 {
		t.Errorf("got %v, want one", p.Rows)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wait(ctx, 1<<40); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestALogThatIsTakenAwayIsSaidAndTheNextOneShown(t *testing.T) {
	dir := t.TempDir()
	begin := func(n int) {
		l, err := store.Open(t.Context(), dir, keeping())
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
	begin(9)
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
			t.Skip("this system keeps a file that is open:", err)
		}
	}
	if err := <-waited; err != nil {
		t.Fatal(err)
	}
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 20}); !p.NoLog || len(p.Rows) != 0 {
		t.Errorf("without a log there are %d rows, no log %v", len(p.Rows), p.NoLog)
	}
	begin(2)
	if p := page(t, l, PageQuery{At: store.Newest(), Older: 20}); p.NoLog || len(p.Rows) != 2 {
		t.Errorf("of the next log there are %d rows, no log %v", len(p.Rows), p.NoLog)
	}
}
