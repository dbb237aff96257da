package store

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// BenchmarkRecord records deliveries of 1 KB. "parallel" is the number of concurrent callers. With
// "attempts", each delivery gets a queued attempt.
func BenchmarkRecord(b *testing.B) {
	for _, c := range []struct {
		name     string
		parallel int
		attempts bool
	}{
		{"parallel=1", 1, false}, {"parallel=16", 16, false}, {"parallel=1/attempts", 1, true}, {"parallel=16/attempts", 16, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			l, src := openLog(b, b.TempDir(), Options{}), newSource(1)
			b.SetParallelism(max(1, c.parallel/runtime.GOMAXPROCS(0)))
			b.ReportAllocs()
			one := func() {
				d := src.next()
				err := l.Record(b.Context(), d)
				if err == nil && c.attempts {
					err = l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil)
				}
				if err != nil {
					b.Error(err)
				}
			}
			if c.parallel == 1 {
				for b.Loop() {
					one()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					one()
				}
			})
			b.ReportMetric(float64(b.N)/float64(l.writer.transactions.Load()), "deliveries/transaction")
		})
	}
}

// BenchmarkRecordWhilePruning records deliveries of 1 KB into a log of 40,000, with a retention that keeps all of them or 1,000.
func BenchmarkRecordWhilePruning(b *testing.B) {
	for _, kept := range []int{1 << 30, 1000} {
		b.Run(fmt.Sprintf("kept=%d", kept), func(b *testing.B) {
			dir := b.TempDir()
			fillLog(b, dir, 40_000)
			l, src := openLog(b, dir, Options{Now: time.Now, Retention: Retention{Deliveries: kept}}), newSource(2)
			l.writer.plans <- planNow(b, l)
			var waits []time.Duration
			var mu sync.Mutex
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					started := time.Now()
					if err := l.Record(b.Context(), src.next()); err != nil {
						b.Error(err)
					}
					mu.Lock()
					waits = append(waits, time.Since(started))
					mu.Unlock()
				}
			})
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(l.writer.walPages.Load()), "wal-pages")
		})
	}
}

// BenchmarkLargeBody records bodies of 10 MiB.
func BenchmarkLargeBody(b *testing.B) {
	l, src := openLog(b, b.TempDir(), Options{}), newSource(1)
	body := make([]byte, 10<<20)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		record(b, l, src.next(func(d *webhook.Delivery) { d.Body = body }))
	}
}

// BenchmarkHundredThousand opens a log of 100,000 deliveries and reads from it, as a command does.
func BenchmarkHundredThousand(b *testing.B) {
	dir := b.TempDir()
	ids := fillLog(b, dir, 100_000)
	ctx := context.Background()
	for _, c := range []struct {
		name string
		read func(*Reader) error
	}{
		{"Open", func(*Reader) error { return nil }},
		{"ListLast50", func(r *Reader) error { return listed(r, Query{Limit: 50}, 50) }},
		{"Get", func(r *Reader) error { _, err := r.Get(ctx, ids[500]); return err }},
		{"Resolve", func(r *Reader) error { _, err := r.Resolve(ctx, string(ids[500][:12]), ""); return err }},
		{"NotFound", func(r *Reader) error { _, _ = r.Resolve(ctx, "gggggggggg", ""); return nil }},
		{"ListFailedOfNone", func(r *Reader) error { return listed(r, where("status:failed"), 0) }},
		{"Count", func(r *Reader) error { _, err := r.Count(ctx, Query{}); return err }},
		{"CountOfEvent", func(r *Reader) error { _, err := r.Count(ctx, where("event:ai.*")); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := OpenReader(ctx, dir)
				if err != nil {
					b.Fatal(err)
				}
				if err := c.read(r); err != nil {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func listed(r *Reader, q Query, want int) error {
	got, err := r.List(context.Background(), q)
	if err == nil && len(got) != want {
		err = fmt.Errorf("%d listed, want %d", len(got), want)
	}
	return err
}

// fillLog records count deliveries, with an attempt each, and returns their ids.
func fillLog(tb testing.TB, dir string, count int) []webhook.ID {
	l, err := Open(tb.Context(), dir, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	src := newSource(1)
	ids := make([]webhook.ID, count)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(count); i = next.Add(1) {
				d := src.next(func(d *webhook.Delivery) { d.ReceivedAt = time.Now().UTC().Truncate(time.Millisecond) })
				if err := l.Record(tb.Context(), d); err != nil {
					tb.Error(err)
				}
				if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
					tb.Error(err)
				}
				ids[i-1] = d.ID
			}
		})
	}
	all.Wait()
	closeLog(tb, l)
	return ids
}
