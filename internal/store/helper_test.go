package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(runRole(role))
	}
	os.Exit(testkit.Run(m))
}

// start is when the deliveries of a test begin to come, one a second.
var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// source makes deliveries that are all different.
type source struct {
	mu     sync.Mutex
	random *rand.ChaCha8
	made   int
}

func newSource(seed byte) *source { return &source{random: rand.NewChaCha8([32]byte{seed})} }

// next makes a delivery of 1 KB as the provider would send it, and changes it as told.
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

// clock is a time that a test sets, and the log reads whenever it wants to.
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

func record(t testing.TB, l *Log, deliveries ...*webhook.Delivery) {
	t.Helper()
	for _, d := range deliveries {
		if err := l.Record(context.Background(), d); err != nil {
			t.Fatalf("Record(%s): %v", d.ID, err)
		}
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

// where is the query of a filter.
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

// tidy prunes until there is nothing left to prune. The writer accepts a plan only when it has finished the one before.
func tidy(t testing.TB, l *Log) {
	t.Helper()
	for range 1000 {
		p := planNow(t, l)
		if p.isEmpty() {
			return
		}
		l.writer.plans <- p
	}
	t.Fatal("the log still needs pruning after 1000 plans")
}

func planNow(t testing.TB, l *Log) plan {
	t.Helper()
	c, err := openMaintenance(l.writer.file.path)
	if err != nil {
		t.Fatal(err)
	}
	planner := planner{conn: c, retention: l.maintenance.retention, now: l.maintenance.now}
	p, err := planner.makePlan()
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	p.generation = l.writer.file.generation.Load()
	return p
}

// checkIntegrity lets SQLite look at the whole file.
func checkIntegrity(t testing.TB, dir string) {
	t.Helper()
	r := openReader(t, dir)
	var said []string
	err := r.with(context.Background(), func(c *sqlite.Conn) error {
		return c.Rows("PRAGMA integrity_check", nil, func(q *sqlite.Row) error {
			said = append(said, q.Text())
			return nil
		})
	})
	if err != nil || !slices.Equal(said, []string{"ok"}) {
		t.Errorf("integrity_check of %s: %v, %v, want ok", dir, said, err)
	}
}

// holdWriter keeps the writer from beginning another transaction, until it is released.
func holdWriter(t testing.TB, l *Log) (release func()) {
	t.Helper()
	l.writer.txMu.Lock()
	j := l.newJob(jobFlush)
	j.record.header = make([]byte, maxBatchBytes) // so large that the writer takes nothing beside it
	if err := l.submit(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	for j.state.Load() != jobTaken {
		runtime.Gosched()
	}
	return func() {
		l.writer.txMu.Unlock()
		if err := <-j.done; err != nil {
			t.Errorf("flush: %v", err)
		}
	}
}

// together makes calls at the same time, and has the writer take them all into one transaction.
func together(t testing.TB, l *Log, calls ...func()) {
	t.Helper()
	release := holdWriter(t, l)
	var all sync.WaitGroup
	for _, call := range calls {
		all.Go(call)
	}
	for len(l.queue) < len(calls) {
		runtime.Gosched()
	}
	release()
	all.Wait()
}

// whole compares deliveries. None and empty are the same, and cmp is spared looking at 10 MiB byte by byte.
func whole() cmp.Option {
	return cmp.Options{cmp.Comparer(bytes.Equal), cmp.Comparer(slices.Equal[webhook.Header]), cmpopts.IgnoreFields(webhook.Summary{}, "Imported")}
}
