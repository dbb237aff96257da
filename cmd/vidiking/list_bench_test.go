package main

import (
	"crypto/rand"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listDeliveries is the number of deliveries in the log (docs/performance.md). One in listFailed of them was refused.
const (
	listDeliveries = 100_000
	listFailed     = 50
)

// BenchmarkList measures the time to list a log of 100,000 deliveries, in addition to the time of `version`, which reads no log.
func BenchmarkList(b *testing.B) {
	w, vidiking := newTestHome(b), buildRelease(b)
	fillLog(b, w.dir, listDeliveries)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"last50", []string{"webhooks", "list"}},
		{"failed", []string{"webhooks", "list", "--failed"}},
		{"event", []string{"webhooks", "list", "--event", "render.*"}},
		{"replay", []string{"replay", "--last", "1", "--dry-run"}},
		{"complete", []string{"__complete", "replay", ""}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var above, cpu []float64
			for b.Loop() {
				for range pairs {
					own, version := w.timed(b, vidiking, c.args...), w.timed(b, vidiking, "version")
					above = append(above, float64(own.wall-version.wall))
					cpu = append(cpu, float64(own.cpu-version.cpu))
				}
			}
			b.ReportMetric(median(above)/float64(time.Millisecond), "ms-above-version")
			b.ReportMetric(median(cpu)/float64(time.Millisecond), "cpu-ms-above-version")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// fillLog records the deliveries with their attempts, concurrently like a busy listen.
func fillLog(b *testing.B, dir string, deliveries int64) {
	b.Helper()
	log, err := store.Open(b.Context(), dir, store.Options{OnError: func(err error) { b.Errorf("log: %v", err) }})
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range burstConnections {
		all.Go(func() {
			for n := next.Add(1); n <= deliveries; n = next.Add(1) {
				if err := addDelivery(b, log, n); err != nil {
					b.Errorf("delivery %d: %v", n, err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
}

func addDelivery(b *testing.B, log *store.Log, n int64) error {
	b.Helper()
	id, err := webhook.NewID(rand.Reader)
	if err != nil {
		return err
	}
	d := &webhook.Delivery{Body: numberedBody(n), Header: webhook.Header{
		{Name: "Host", Value: "127.0.0.1:4747"}, {Name: "Accept", Value: "*/*"}, {Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: "Vidiking-Webhooks/1.0"}, {Name: webhook.SignatureHeader, Value: "sha256=00"},
	}}
	d.ID, d.Event, d.About, d.Session = id, webhook.EventRenderComplete, "job_000001", "ses_bench"
	d.Verdict, d.Origin = webhook.VerdictValid, webhook.OriginLocal
	if err := log.Record(b.Context(), d); err != nil {
		return err
	}
	a := webhook.Attempt{Target: "http://localhost:3000/webhooks/vidiking", StartedAt: time.Now().UTC(), Code: http.StatusOK,
		Duration: 3 * time.Millisecond, FirstByte: 2 * time.Millisecond, Response: []byte(`{"received":true}`), ResponseBytes: 17}
	if n%listFailed == 0 {
		a.Code = http.StatusInternalServerError
	}
	return log.QueueAttempts(id, []webhook.Attempt{a}, nil)
}
