package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// BenchmarkFile files deliveries of 1 KB and an attempt at each into a log of 20,000, 200 deliveries per transaction, and checkpoints the
// WAL as maintenance does. It reports the pages that each delivery adds to the WAL.
func BenchmarkFile(b *testing.B) {
	const before, batch = 20_000, 200
	l := openLog(b, b.TempDir(), Options{})
	src := encodeDeliveries(l, before+b.N)
	c := l.writer.conn
	pages, written := 0, 0
	c.OnCommit(func(n int) {
		written += n - min(n, pages)
		pages = n
	})
	f := filing{journal: "benchmark", source: src}
	var tx transaction
	file := func(end int) {
		for src.end < end {
			src.end = min(src.end+2*batch, end)
			if _, _, err := tx.fileNext(c, &f); err != nil {
				b.Fatal(err)
			}
			if pages < checkpointPages {
				continue
			}
			if err := c.Checkpoint(sqlite.Restart); err != nil {
				b.Fatal(err)
			}
			pages = 0
		}
	}
	file(2 * before)
	written = 0
	b.ResetTimer()
	file(len(src.entries))
	b.ReportMetric(float64(written)/float64(b.N), "pages/delivery")
}

// memoryJournal is a journal in memory. The offset of a position is the number of entries before it.
type memoryJournal struct {
	entries [][]byte
	end     int // of what Read returns
}

func (m *memoryJournal) Read(after journal.Position, f func(end journal.Position, payload []byte) error) error {
	for i := int(after.Offset); i < m.end; i++ {
		if err := f(journal.Position{File: 1, Offset: int64(i) + 1}, m.entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// encodeDeliveries returns the entries of n deliveries, each followed by its attempt. Three deliveries have one job.
func encodeDeliveries(l *Log, n int) *memoryJournal {
	var m memoryJournal
	src := newSource(7)
	for i := range n {
		d := src.next(func(d *webhook.Delivery) {
			d.Status, d.About, d.Project, d.Routed = webhook.StatusPending, fmt.Sprintf("job_%06d", i/3), "/home/dev/shop", true
			d.Method, d.Path = "POST", "/webhooks/vidiking"
		})
		var e encoder
		j := l.newJob(jobRecord)
		j.setDelivery(d, time.Now)
		e.record(j)
		m.entries = append(m.entries, slices.Concat(e.Entry(), d.Body))
		j = l.newJob(jobAttempts)
		j.setAttempts(d.ID, []webhook.Attempt{answered(200)}, nil)
		e.attempts(j)
		m.entries = append(m.entries, slices.Clone(e.Entry()))
	}
	return &m
}
