package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// The load through a tunnel (docs/performance.md).
const (
	tunnelDeliveries  = 2_000
	tunnelConnections = 50
)

// BenchmarkTunnelBurst sends 2,000 deliveries through a tunnel, 50 at once. Every byte of each must be in the log and at the handler
// exactly once.
func BenchmarkTunnelBurst(b *testing.B) {
	vidiking := buildRelease(b)
	for name, open := range map[string]func(b *testing.B, w *testHome) (flags []string){
		"ngrok": func(b *testing.B, w *testHome) []string {
			w.throughEdge(b, testkit.NewNgrokServer(b))
			return nil
		},
		"ssh": func(b *testing.B, _ *testHome) []string {
			return []string{"--ssh", "dev@" + testkit.NewSSHServer(b, testkit.SSHSish).Addr()}
		},
	} {
		b.Run(name, func(b *testing.B) {
			var next atomic.Int64
			for b.Loop() {
				w, handler := newTestHome(b), startHandler(b, nil)
				l := w.startTunnel(b, vidiking, handler.handler(), open(b, w)...)
				first := next.Load() + 1
				senders := dialAll(b, l.url, tunnelConnections)
				start := time.Now()
				sent := sendWhile(b, senders, &next, upTo(tunnelDeliveries))
				took := time.Since(start)
				r := openLog(b, l.dir)
				l.await("every attempt is in the log", func() bool { return count(b, r, pending()) == 0 })
				if code := l.interrupt(); code != 0 {
					b.Errorf("listen ended with %d, want 0; stderr:\n%s", code, l.said(l.stderr))
				}
				b.ReportMetric(float64(sent)/took.Seconds(), "deliveries/s")
				reportMissing(b, "log-", bodies(b, r), first, tunnelDeliveries)
				reportMissing(b, "handler-", handler.came, first, tunnelDeliveries)
				if n := count(b, r, store.Query{}); n != tunnelDeliveries {
					b.Errorf("%d in the log, want %d", n, tunnelDeliveries)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkTunnelLatency compares deliveries through a tunnel to a listen and its handler with deliveries to a bare http.Server on the same
// library's listener. Both are processes behind the same edge and receive the same deliveries, alternately.
func BenchmarkTunnelLatency(b *testing.B) {
	edge := testkit.NewNgrokServer(b)
	w := newTestHome(b)
	w.throughEdge(b, edge)
	handler := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	b.Cleanup(handler.Close)
	l := w.startTunnel(b, buildRelease(b), handler.URL+"/webhooks/vidiking")
	bare, address := w.startBare(b, edge)
	p := &peers{pids: [2]int{l.cmd.Process.Pid, bare.cmd.Process.Pid}}
	p.senders[0], p.senders[1] = dialAll(b, l.url, 1), dialAll(b, address, 1)
	for i := range p.senders {
		p.perDelivery(b, i) // warm-up: open and use all connections
	}
	var took ratios
	for b.Loop() {
		p.inTurn(forwardTurns, func(i int) time.Duration { return p.perDelivery(b, i) }, took.add)
	}
	took.report(b, "", time.Microsecond, "µs")
	b.ReportMetric((median(took.own)-median(took.peer))/float64(time.Microsecond), "added-µs")
}

// startBare starts a process with a bare http.Server behind the edge and returns its URL.
func (w *testHome) startBare(b *testing.B, edge *testkit.NgrokServer) (p *process, address string) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "url")
	p = w.start(b, "barepeer", edge.Addr(), edge.WriteRoots(), file)
	p.await("the bare server has a URL", func() bool {
		content, err := os.ReadFile(file)
		address = strings.TrimSpace(string(content))
		return err == nil
	})
	return p, address + "/webhooks/vidiking"
}

// runBare is a process with an http.Server on ngrok's listener: `bare EDGE ROOTS FILE`. It writes its URL to FILE and runs until it is
// killed.
func runBare(args []string) int {
	err := func() error {
		roots, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(roots)
		found := make(chan string, 1)
		t := tunnel.OpenNgrok(
			tunnel.Options{Now: time.Now, Random: rand.Float64, Verify: func(_ context.Context, url string) error { found <- url; return nil }},
			tunnel.NgrokOptions{Token: ngrokToken, ConnectURL: args[0], Roots: pool},
		)
		server := &http.Server{ReadHeaderTimeout: testTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, `{"received":true}`)
		})}
		go func() { _ = writeWhole(args[2], <-found) }()
		return errors.Join(server.Serve(t.Listener()))
	}()
	_, _ = fmt.Fprintln(os.Stderr, err)
	return 1
}
