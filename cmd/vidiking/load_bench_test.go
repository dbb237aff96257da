package main

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"
)

const (
	loadSendings    = 5000
	loadConnections = "16"
	loadTurns       = 5
)

// loadObject has the measured fields of the summary of `trigger --count -o json`.
type loadObject struct {
	Delivered int     `json:"delivered"`
	ElapsedMS float64 `json:"elapsed_ms"`
	PerSecond float64 `json:"per_second"`
	P50MS     float64 `json:"p50_ms"`
	P99MS     float64 `json:"p99_ms"`
	LateP99MS float64 `json:"late_p99_ms"`
}

// trigger sends 5,000 deliveries through the listen of the sandbox, as a separate process.
func (w *testHome) trigger(b *testing.B, vidiking string, flags ...string) (o loadObject) {
	b.Helper()
	args := append([]string{"trigger", "render.complete", "--count", "5000", "--concurrency", loadConnections, "-o", "json"}, flags...)
	code, stdout, stderr := w.run(b, vidiking, args...)
	if err := json.Unmarshal([]byte(stdout), &o); code != 0 || err != nil || o.Delivered != loadSendings {
		b.Fatalf("trigger: exit code %d, %v, %d delivered\n%s%s", code, err, o.Delivered, stdout, stderr)
	}
	return o
}

// BenchmarkLoad compares `trigger --count` with the minimal sender of the other benchmarks: both send 5,000 deliveries over 16 connections
// through the same listen to the same handler, alternately. The ratio includes that listen answers a sender with the session's token only
// after the attempt is in the log.
func BenchmarkLoad(b *testing.B) {
	vidiking := buildRelease(b)
	start := func(b *testing.B) (*testHome, *listening) {
		w, handler := newTestHome(b), startHandler(b, nil)
		return w, w.startListen(b, vidiking, handler.handler())
	}
	b.Run("closed", func(b *testing.B) {
		w, l := start(b)
		senders := dialAll(b, l.url, 16)
		var next atomic.Int64
		var took ratios
		for b.Loop() {
			for range loadTurns {
				began := time.Now()
				sendWhile(b, senders, &next, upTo(loadSendings))
				raw := time.Since(began)
				own := time.Duration(w.trigger(b, vidiking).ElapsedMS * float64(time.Millisecond))
				took.add(own, raw)
			}
		}
		perSecond := func(took []float64) float64 { return loadSendings * float64(time.Second) / median(took) }
		b.ReportMetric(1/took.median(), "ratio")
		b.ReportMetric(perSecond(took.own), "trigger/s")
		b.ReportMetric(perSecond(took.peer), "raw/s")
		b.ReportMetric(0, "ns/op")
	})
	b.Run("rate", func(b *testing.B) {
		w, _ := start(b)
		for b.Loop() {
			o := w.trigger(b, vidiking, "--rate", "500")
			b.ReportMetric(o.PerSecond, "sent/s")
			b.ReportMetric(o.P50MS*1000, "p50-µs")
			b.ReportMetric(o.P99MS*1000, "p99-µs")
			b.ReportMetric(o.LateP99MS*1000, "late-p99-µs")
		}
		b.ReportMetric(0, "ns/op")
	})
}
