package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(runRole(role))
	}
	os.Exit(testkit.RunAndCheckLeaks(m))
}

// start is the time of a test's first delivery. The next ones follow one second apart.
var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// source makes deliveries, each with a different id and body.
type source struct {
	mu     sync.Mutex
	random *rand.ChaCha8
	made   int
}

func newSource(seed byte) *source { return &source{random: rand.NewChaCha8([32]byte{seed})} }

// next returns a delivery of 1 KB in the provider's format, after applying changes.
func (s *source) next(change ...func(*webhook.Delivery)) *webhook.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := webhook.NewID(s.random)
	if err != nil {
		panic(err) // ChaCha8 never fails
	}
	body := make([]byte, 1024)
	_, _ = s.random.Read(body)
	d := &webhook.Delivery{
		Summary: webhook.Summary{
			ID: id, Session: "ses_7k3mq9z0ab", ReceivedAt: start.Add(time.Duration(s.made) * time.Second), Origin: webhook.OriginTunnel,
			Event: webhook.EventRenderComplete, About: "job_abc123", Verdict: webhook.VerdictValid, SecretHint: "whsec_…abcd",
		},
		Header: webhook.Header{
			{Name: "Host", Value: "localhost:4747"}, {Name: "Content-Length", Value: "1024"},
			{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "Vidiking-Webhooks/1.0"},
			{Name: webhook.SignatureHeader, Value: "sha256=0123456789012345678901234567890123456789012345678901234567890123"},
		},
		Body: body,
	}
	s.made++
	for _, f := range change {
		f(d)
	}
	return d
}

// clock is a clock that a test sets.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock(at time.Time) *clock {
	c := &clock{}
	c.set(at)
	return c
}

func (c *clock) set(at time.Time) { c.at.Store(&at) }
func (c *clock) now() time.Time   { return *c.at.Load() }

func answered(code int) webhook.Attempt {
	return webhook.Attempt{
		Target: "http://localhost:3000/webhooks/vidiking", StartedAt: start, Code: code, Duration: 12 * time.Millisecond,
		Connect: time.Millisecond, FirstByte: 11 * time.Millisecond,
		Header:   webhook.Header{{Name: "Content-Length", Value: "2"}, {Name: "Content-Type", Value: "text/plain"}},
		Response: []byte("ok"), ResponseBytes: 2,
	}
}

func openLog(t testing.TB, dir string, o Options) *Log {
	t.Helper()
	if o.OnError == nil {
		o.OnError = func(err error) { t.Errorf("OnError got %v, want no error", err) }
	}
	if o.Now == nil {
		o.Now = atStart().Now
	}
	l, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatalf("Open(%s): %v", dir, err)
	}
	t.Cleanup(func() { closeLog(t, l) })
	return l
}

func closeLog(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func openReader(t testing.TB, dir string) *Reader {
	t.Helper()
	r, err := OpenReader(context.Background(), dir)
	if err != nil {
		t.Fatalf("OpenReader(%s): %v", dir, err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return r
}

// record records deliveries, each in its own transaction, and waits until all readers see them.
func record(t testing.TB, l *Log, deliveries ...*webhook.Delivery) {
	t.Helper()
	for _, d := range deliveries {
		if err := l.Record(context.Background(), d); err != nil {
			t.Fatalf("Record(%s): %v", d.ID, err)
		}
		flush(t, l)
	}
}

func attempt(t testing.TB, l *Log, id webhook.ID, a webhook.Attempt) webhook.Status {
	t.Helper()
	status, err := l.AddAttempts(id, []webhook.Attempt{a}, nil)
	if err != nil {
		t.Fatalf("AddAttempts(%s): %v", id, err)
	}
	return status
}

func get(t testing.TB, r *Reader, id webhook.ID) webhook.Delivery {
	t.Helper()
	d, err := r.Get(context.Background(), id)
	if err != nil {
		t.Fatalf("Get(%s): %v", id, err)
	}
	return d
}

// where returns the query for a filter.
func where(text string) Query {
	f, err := filter.Parse(text, start, time.UTC)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", text, err))
	}
	return Query{Filter: f}
}

func newest(limit int, text string) Query {
	q := where(text)
	q.Limit = limit
	return q
}

func list(t testing.TB, r *Reader, q Query) []webhook.ID {
	t.Helper()
	found, err := r.List(context.Background(), q)
	if err != nil {
		t.Fatalf("List(%+v): %v", q, err)
	}
	return ids(found)
}

func ids(summaries []webhook.Summary) []webhook.ID {
	list := make([]webhook.ID, 0, len(summaries))
	for _, s := range summaries {
		list = append(list, s.ID)
	}
	return list
}

func changes(t testing.TB, r *Reader, after int64, limit int) []Change {
	t.Helper()
	found, err := r.Changes(context.Background(), after, limit)
	if err != nil {
		t.Fatalf("Changes(%d, %d): %v", after, limit, err)
	}
	return found
}

// tidy prunes until there is nothing left to prune. The writer accepts a plan only after it has finished the previous one.
func tidy(t testing.TB, l *Log) {
	t.Helper()
	for range 1000 {
		p := planNow(t, l)
		if p.IsEmpty() {
			return
		}
		l.writer.plans <- p
	}
	t.Fatal("the log still needs pruning after 1000 plans")
}

func planNow(t testing.TB, l *Log) retention.Plan {
	t.Helper()
	c, err := openMaintenance(l.writer.file.path)
	if err != nil {
		t.Fatal(err)
	}
	planner := retention.Planner{Conn: c, Limits: l.maintenance.planner.Limits, Now: l.maintenance.planner.Now}
	p, err := planner.MakePlan()
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	p.Generation = l.writer.file.generation.Load()
	return p
}

// checkIntegrity runs SQLite's integrity check.
func checkIntegrity(t testing.TB, dir string) {
	t.Helper()
	r := openReader(t, dir)
	var lines []string
	err := r.with(context.Background(), func(c *sqlite.Conn) error {
		return c.Rows("PRAGMA integrity_check", nil, func(q *sqlite.Row) error {
			lines = append(lines, q.Text())
			return nil
		})
	})
	if err != nil || !slices.Equal(lines, []string{"ok"}) {
		t.Errorf("integrity_check of %s: %v, %v, want ok", dir, lines, err)
	}
}

// recordTogether records deliveries that the writer puts into one transaction.
func recordTogether(t testing.TB, l *Log, deliveries ...*webhook.Delivery) {
	t.Helper()
	l.writer.txMu.Lock()
	for _, d := range deliveries {
		if err := l.Record(context.Background(), d); err != nil {
			t.Errorf("Record(%s): %v", d.ID, err)
		}
	}
	l.writer.txMu.Unlock()
	flush(t, l)
}

func flush(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Flush(context.Background()); err != nil {
		t.Fatalf("Flush: %v", err)
	}
}

// writeDirectly writes a delivery without the writer's goroutine and without a journal.
func writeDirectly(t *transaction, c *sqlite.Conn, d *webhook.Delivery) error {
	j := &job{kind: jobRecord}
	j.setDelivery(d, time.Now)
	t.begin(c)
	return c.Transact(func() error {
		return errors.Join(t.readLast(), t.record(j), t.finish())
	})
}

// whole returns options to compare deliveries. nil and empty are equal, and bodies are compared as a whole, because cmp is slow for 10 MiB.
func whole() cmp.Option {
	return cmp.Options{cmp.Comparer(bytes.Equal), cmp.Comparer(slices.Equal[webhook.Header]), cmpopts.IgnoreFields(webhook.Summary{}, "Imported")}
}
