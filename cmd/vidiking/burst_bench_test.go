package main

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// Limits for a listen during a burst (docs/performance.md).
const (
	burstDeliveries  = 20_000
	burstConnections = 64
	burstMemory      = 60e6 // peak resident memory in bytes
)

// BenchmarkBurst sends 20,000 deliveries to a listen over 64 connections, as fast as they are answered. Each must be in the log and at the
// handler exactly once.
func BenchmarkBurst(b *testing.B) {
	vidiking := buildRelease(b)
	var next atomic.Int64
	for b.Loop() {
		w, handler := newTestHome(b), startHandler(b, nil)
		l := w.startListen(b, vidiking, handler.handler())
		first := next.Load() + 1
		senders := dialAll(b, l.url, burstConnections)
		start := time.Now()
		sent := sendWhile(b, senders, &next, upTo(burstDeliveries))
		took := time.Since(start)
		r := openLog(b, l.dir)
		l.await("every attempt is in the log", func() bool { return count(b, r, pending()) == 0 })
		peak, known := peakMemory(l.cmd.Process.Pid)
		if code := l.interrupt(); code != 0 {
			b.Errorf("listen ended with %d, want 0; stderr:\n%s", code, l.said(l.stderr))
		}
		b.ReportMetric(float64(sent)/took.Seconds(), "deliveries/s")
		reportMissing(b, "log-", bodies(b, r), first, burstDeliveries)
		reportMissing(b, "handler-", handler.came, first, burstDeliveries)
		if n := count(b, r, store.Query{}); n != burstDeliveries {
			b.Errorf("%d in the log, want %d", n, burstDeliveries)
		}
		if known {
			b.ReportMetric(peak/1e6, "MB-resident")
		}
		if known && peak > burstMemory {
			b.Errorf("listen took %.1f MB, want %.1f at most", peak/1e6, burstMemory/1e6)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// reportMissing reports how many deliveries of a burst are missing, and how many are duplicated.
func reportMissing(b *testing.B, where string, came map[string]int, first, sent int64) {
	b.Helper()
	lost, double := 0, 0
	for n := first; n < first+sent; n++ {
		switch times := came[string(numberedBody(n))]; {
		case times == 0:
			lost++
		case times > 1:
			double++
		}
	}
	b.ReportMetric(float64(lost), where+"lost")
	b.ReportMetric(float64(double), where+"double")
	if lost > 0 || double > 0 || len(came) != int(sent) {
		b.Errorf("%s%d lost, %d double, %d different ones, want 0, 0, %d", where, lost, double, len(came), sent)
	}
}
