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

// idleConnections is what the proxy keeps open to the handler (docs/performance.md).
const idleConnections = 64

// BenchmarkForward compares a listen, which checks, records, forwards and shows, with a process that only forwards: an
// httputil.ReverseProxy. Both stand before the same handler and are sent the same, in turns.
func BenchmarkForward(b *testing.B) {
	vidiking := buildRelease(b)
	for _, connections := range []int{1, 16} {
		b.Run(strconv.Itoa(connections), func(b *testing.B) {
			p := startPeers(b, vidiking, connections)
			var took ratios // for one delivery
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
			p.inTurn(pacedTurns, func(i int) time.Duration {
				took := p.paced(b, i)
				p.halfway[i] = took[len(took)/2]
				return took[len(took)*99/100]
			}, func(own, peer time.Duration) {
				p50.add(p.halfway[0], p.halfway[1])
				p99.add(own, peer)
			})
		}
		p99.report(b, "p99-", time.Microsecond, "µs")
		p50.report(b, "p50-", time.Microsecond, "µs")
	})
}

const (
	forwardTurns = 15
	forwardTurn  = 200 * time.Millisecond // so short that whatever else the machine does slows both alike

	pacedTurns       = 7
	pacedRate        = 500 // a second (docs/performance.md)
	pacedEvents      = 2 * pacedRate
	pacedConnections = 32
)

// peers are a listen and a proxy before the same handler, with open connections to both.
type peers struct {
	pids    [2]int
	senders [2][]*sender
	sent    [2]int
	next    atomic.Int64
	halfway [2]time.Duration
}

func startPeers(b *testing.B, vidiking string, connections int) *peers {
	b.Helper()
	w := newWorld(b)
	handler := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	b.Cleanup(handler.Close)
	l := w.startListen(b, vidiking, handler.URL+"/webhooks/vidiking")
	proxy, address := w.startProxy(b, handler.URL)
	p := &peers{pids: [2]int{l.cmd.Process.Pid, proxy.cmd.Process.Pid}}
	p.senders[0], p.senders[1] = dialAll(b, l.url, connections), dialAll(b, address, connections)
	for i := range p.senders {
		p.perDelivery(b, i) // everything is open and has been used
	}
	return p
}

// inTurn measures the two of them in turn, the one and then the other first.
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

// perDelivery sends for one turn as fast as it is answered, and returns what a delivery took of that time.
func (p *peers) perDelivery(b *testing.B, i int) time.Duration {
	b.Helper()
	start := time.Now()
	sent := sendWhile(b, p.senders[i], &p.next, func() bool { return time.Since(start) < forwardTurn })
	p.sent[i] += sent
	return time.Since(start) / time.Duration(max(1, sent))
}

// spent is what a peer has sent and what processor time its process has taken.
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

// reportCPU reports the processor time for a delivery since before, which says more than the clock where the machine is busy.
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

// paced sends for one turn at a rate that does not wait for answers, and returns how long each took from the moment it was due, in
// order.
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
		due <- time.Now() // and not when it should have been: our own timer is not what is measured
	}
	close(due)
	all.Wait()
	slices.Sort(took)
	return took
}

// startProxy starts a process with a proxy before the handler, and returns its address.
func (w *world) startProxy(b *testing.B, handler string) (p *process, address string) {
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
		server := &http.Server{Handler: proxy, ReadHeaderTimeout: patience}
		return errors.Join(writeWhole(args[1], ln.Addr().String()), server.Serve(ln))
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}
