package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// idleConnections is the number of connections to the handler that the proxy keeps open (docs/performance.md).
const idleConnections = 64

// BenchmarkForward compares a listen, which verifies, records, forwards and shows deliveries, with a process that only forwards them: an
// httputil.ReverseProxy. Both have the same handler and receive the same deliveries, alternately.
func BenchmarkForward(b *testing.B) {
	vidiking := buildRelease(b)
	for _, connections := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(connections), func(b *testing.B) {
			p := startPeers(b, vidiking, connections)
			var took ratios // per delivery
			before := p.cpu()
			for b.Loop() {
				p.inTurn(forwardTurns, func(i int) time.Duration { return p.perDelivery(b, i) }, took.add)
			}
			p.reportCPU(b, before)
			perSecond := func(took []float64) float64 { return float64(time.Second) / median(took) }
			b.ReportMetric(1/took.median(), "ratio")
			b.ReportMetric(perSecond(took.own), "listen/s")
			b.ReportMetric(perSecond(took.peer), "proxy/s")
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Run("p99", func(b *testing.B) {
		p := startPeers(b, vidiking, pacedConnections)
		var p50, p99 ratios
		for b.Loop() {
			p.measurePaced(b, &p50, &p99)
		}
		p99.report(b, "p99-", time.Microsecond, "µs")
		p50.report(b, "p50-", time.Microsecond, "µs")
	})
}

const (
	forwardTurns = 15
	forwardTurn  = 200 * time.Millisecond // short, so other load on the machine slows both equally

	pacedTurns       = 7
	pacedRate        = 500 // per second (docs/performance.md)
	pacedEvents      = 2 * pacedRate
	pacedConnections = 32
)

// peers are a listen and a proxy with the same handler, with open connections to both.
type peers struct {
	handler string // its URL
	pids    [2]int
	senders [2][]*sender
	sent    [2]int
	next    atomic.Int64
	halfway [2]time.Duration
}

func startPeers(b *testing.B, vidiking string, connections int) *peers {
	b.Helper()
	return startPeersIn(b, newTestHome(b), vidiking, connections)
}

func startPeersIn(b *testing.B, w *testHome, vidiking string, connections int) *peers {
	b.Helper()
	handler := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	b.Cleanup(handler.Close)
	l := w.startListen(b, vidiking, handler.URL+"/webhooks/vidiking")
	proxy, address := w.startProxy(b, handler.URL)
	p := &peers{handler: handler.URL, pids: [2]int{l.cmd.Process.Pid, proxy.cmd.Process.Pid}}
	p.senders[0], p.senders[1] = dialAll(b, l.url, connections), dialAll(b, address, connections)
	for i := range p.senders {
		p.perDelivery(b, i) // warm-up: open and use all connections
	}
	return p
}

// inTurn measures both alternately, and swaps the order each time.
func (p *peers) inTurn(turns int, measure func(i int) time.Duration, add func(own, peer time.Duration)) {
	for turn := range turns {
		var took [2]time.Duration
		for i := range took {
			who := (turn + i) % 2
			took[who] = measure(who)
		}
		add(took[0], took[1])
	}
}

// perDelivery sends for one turn as fast as it is answered, and returns the time per delivery.
func (p *peers) perDelivery(b *testing.B, i int) time.Duration {
	b.Helper()
	start := time.Now()
	sent := sendWhile(b, p.senders[i], &p.next, func() bool { return time.Since(start) < forwardTurn })
	p.sent[i] += sent
	return time.Since(start) / time.Duration(max(1, sent))
}

// spent is the number of deliveries sent to a peer and the processor time of its process.
type spent struct {
	sent int
	cpu  time.Duration
}

func (p *peers) cpu() (now [2]spent) {
	for i, pid := range p.pids {
		now[i] = spent{p.sent[i], cpuTime(pid)}
	}
	return now
}

// reportCPU reports the processor time per delivery, which is more reliable than the clock on a busy machine.
func (p *peers) reportCPU(b *testing.B, before [2]spent) {
	b.Helper()
	var each [2]float64
	for i, now := range p.cpu() {
		each[i] = float64((now.cpu - before[i].cpu).Microseconds()) / float64(now.sent-before[i].sent)
	}
	if each[0] > 0 && each[1] > 0 {
		b.ReportMetric(each[0], "listen-cpu-µs")
		b.ReportMetric(each[1], "proxy-cpu-µs")
	}
}

// measurePaced measures the latencies of both at a fixed rate.
func (p *peers) measurePaced(b *testing.B, p50, p99 *ratios) {
	b.Helper()
	p.inTurn(pacedTurns, func(i int) time.Duration {
		took := p.paced(b, i)
		p.halfway[i] = took[len(took)/2]
		return took[len(took)*99/100]
	}, func(own, peer time.Duration) {
		p50.add(p.halfway[0], p.halfway[1])
		p99.add(own, peer)
	})
}

// paced sends for one turn at a fixed rate without waiting for responses. It returns the latencies, measured from the due times, in
// ascending order.
func (p *peers) paced(b *testing.B, i int) []time.Duration {
	b.Helper()
	due := make(chan time.Time, pacedEvents)
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	for _, s := range p.senders[i] {
		all.Go(func() {
			for at := range due {
				resp, err := s.send(numberedBody(p.next.Add(1)))
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Errorf("send: %v, %v", resp, err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(at))
				mu.Unlock()
			}
		})
	}
	const every = time.Second / pacedRate
	start := time.Now()
	timer := time.NewTimer(0)
	for n := range pacedEvents {
		timer.Reset(time.Until(start.Add(time.Duration(n) * every)))
		<-timer.C
		due <- time.Now() // not the exact due time, because the accuracy of our timer is not measured
	}
	close(due)
	all.Wait()
	slices.Sort(took)
	return took
}

// startProxy starts a process with a proxy for the handler and returns its address.
func (w *testHome) startProxy(b *testing.B, handler string) (p *process, address string) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "addr")
	p = w.start(b, "proxy", handler, file)
	p.await("the proxy answers", func() bool {
		content, err := os.ReadFile(file)
		address = strings.TrimSpace(string(content))
		return err == nil
	})
	return p, "http://" + address + "/webhooks/vidiking"
}

// runProxy is a process with an httputil.ReverseProxy: `proxy HANDLER FILE`. It writes its address to FILE and runs until it is killed.
func runProxy(args []string) int {
	err := func() error {
		to, err := url.Parse(args[0])
		if err != nil {
			return err
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		transport := &http.Transport{MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, DisableCompression: true}
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, Transport: transport}
		server := &http.Server{Handler: proxy, ReadHeaderTimeout: testTimeout}
		return errors.Join(writeWhole(args[1], ln.Addr().String()), server.Serve(ln))
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}
