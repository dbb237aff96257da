package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// orderHandler is a handler that takes up to 10 ms, so concurrent deliveries overtake each other. It records the events of each job.
type orderHandler struct {
	*httptest.Server
	mu   sync.Mutex
	jobs map[string]*jobAtHandler
}

type jobAtHandler struct {
	events     []string // in the order of arrival
	at         int      // how many are at the handler now
	overlapped bool
}

func newOrderHandler(b *testing.B) *orderHandler {
	b.Helper()
	o := &orderHandler{jobs: map[string]*jobAtHandler{}}
	o.Server = httptest.NewServer(http.HandlerFunc(o.take))
	b.Cleanup(o.Close)
	return o
}

func (o *orderHandler) take(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var payload struct {
		Event string
		Data  struct{ ID string }
	}
	if err != nil || json.Unmarshal(body, &payload) != nil {
		return
	}
	o.mu.Lock()
	job := o.jobs[payload.Data.ID]
	if job == nil {
		job = &jobAtHandler{}
		o.jobs[payload.Data.ID] = job
	}
	job.events = append(job.events, payload.Event)
	job.at++
	job.overlapped = job.overlapped || job.at > 1
	o.mu.Unlock()
	<-time.After(time.Duration(rand.Int64N(int64(10 * time.Millisecond)))) // simulated work
	o.mu.Lock()
	job.at--
	o.mu.Unlock()
}

// disorder counts the jobs whose events arrived in another order than in the log, and the jobs with two concurrent events.
func (o *orderHandler) disorder(log map[string][]string) (events, overtaken, together int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, job := range o.jobs {
		events += len(job.events)
		if !slices.Equal(job.events, log[id]) {
			overtaken++
		}
		if job.overlapped {
			together++
		}
	}
	return events, overtaken, together
}

// arrivals returns the events of each job in the order of the log.
func (w *testHome) arrivals(b *testing.B, vidiking string) map[string][]string {
	b.Helper()
	code, stdout, stderr := w.run(b, vidiking, "webhooks", "list", "--limit", "10000", "-o", "json")
	if code != 0 {
		b.Fatalf("list: exit code %d\n%s", code, stderr)
	}
	jobs := map[string][]string{}
	for line := range strings.Lines(stdout) {
		var d struct{ Event, About string }
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			b.Fatal(err)
		}
		jobs[d.About] = append(jobs[d.About], d.Event)
	}
	return jobs
}

// BenchmarkOrdered sends the three events of 1,667 jobs at 500 per second, through a listen with --ordered and one without.
func BenchmarkOrdered(b *testing.B) {
	vidiking := buildRelease(b)
	for name, flags := range map[string][]string{"ordered": {"--ordered"}, "plain": nil} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w, handler := newTestHome(b), newOrderHandler(b)
				l := w.startListen(b, vidiking, handler.URL+"/webhooks/vidiking", flags...)
				code, stdout, stderr := w.run(b, vidiking, "trigger", "render", "--count", "1667", "--rate", "500", "--concurrency", "64", "-o", "json")
				var o loadObject
				if err := json.Unmarshal([]byte(stdout), &o); code != 0 || err != nil || o.Delivered != 3*1667 {
					b.Fatalf("trigger: exit code %d, %v\n%s%s", code, err, stdout, stderr)
				}
				l.interrupt()
				events, overtaken, together := handler.disorder(w.arrivals(b, vidiking))
				if events != 3*1667 || flags != nil && overtaken+together > 0 {
					b.Fatalf("got %d events, %d jobs out of order, %d with two at once; want 5001, 0, 0", events, overtaken, together)
				}
				b.ReportMetric(o.PerSecond, "sent/s")
				b.ReportMetric(o.P50MS*1000, "p50-µs")
				b.ReportMetric(o.P99MS*1000, "p99-µs")
				b.ReportMetric(float64(overtaken), "jobs-overtaken")
				b.ReportMetric(float64(together), "jobs-at-once")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
