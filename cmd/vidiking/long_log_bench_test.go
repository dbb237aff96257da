package main

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
)

const (
	longDeliveries = 300_000 // a log keeps 100,000 by default; VIDIKING_BENCH_DELIVERIES sets another number

	// Limits (docs/performance.md).
	longWAL = 64 << 20
)

// BenchmarkForwardLongLog measures a listen while it prunes a log that is far beyond its retention: its throughput against a listen with an
// empty log, and its latency against a proxy. It also reports the peak of the WAL, and how many deliveries were still to be pruned.
func BenchmarkForwardLongLog(b *testing.B) {
	vidiking := buildRelease(b)
	b.Run("throughput", func(b *testing.B) {
		p, dir := startLong(b, vidiking, 16)
		empty := newTestHome(b)
		l := empty.startListen(b, vidiking, p.handler+"/webhooks/vidiking")
		p.pids[1], p.senders[1] = l.cmd.Process.Pid, dialAll(b, l.url, 16)
		p.perDelivery(b, 1)
		wal := watchWAL(b, dir)
		var took ratios
		before := p.cpu()
		for b.Loop() {
			p.inTurn(forwardTurns, func(i int) time.Duration { return p.perDelivery(b, i) }, took.add)
		}
		p.reportCPU(b, before)
		b.ReportMetric(1/took.median(), "ratio")
		reportLong(b, dir, wal())
	})
	b.Run("p99", func(b *testing.B) {
		p, dir := startLong(b, vidiking, pacedConnections)
		wal := watchWAL(b, dir)
		var p50, p99 ratios
		for b.Loop() {
			p.measurePaced(b, &p50, &p99)
		}
		p99.report(b, "p99-", time.Microsecond, "µs")
		p50.report(b, "p50-", time.Microsecond, "µs")
		reportLong(b, dir, wal())
	})
}

// startLong starts peers whose listen has a long log, and returns the log's directory.
func startLong(b *testing.B, vidiking string, connections int) (p *peers, dir string) {
	b.Helper()
	n := int64(longDeliveries)
	if text := os.Getenv("VIDIKING_BENCH_DELIVERIES"); text != "" {
		var err error
		if n, err = strconv.ParseInt(text, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	w := newTestHome(b)
	fillLog(b, w.dir, n)
	return startPeersIn(b, w, vidiking, connections), w.dir
}

// watchWAL measures the WAL until the returned function is called, which returns the peak in bytes.
func watchWAL(b *testing.B, dir string) (peak func() int64) {
	b.Helper()
	var most int64
	end := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-end:
				return
			}
			if info, err := os.Stat(filepath.Join(dir, "deliveries.db-wal")); err == nil {
				most = max(most, info.Size())
			}
		}
	})
	return func() int64 {
		close(end)
		watching.Wait()
		return most
	}
}

func reportLong(b *testing.B, dir string, wal int64) {
	b.Helper()
	b.ReportMetric(float64(wal)/1e6, "MB-WAL")
	if wal > longWAL {
		b.Errorf("the WAL grew to %d bytes, want %d at most", wal, longWAL)
	}
	left := count(b, openLog(b, dir), store.Query{}) - store.DefaultRetention().Deliveries
	b.ReportMetric(float64(left), "to-prune")
	b.ReportMetric(0, "ns/op")
}
