package relay

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// idleConnections is the number of idle connections that the proxy's transport keeps (docs/performance.md).
const idleConnections = 64

// BenchmarkRelay sends different signed bodies of 1 KB over loopback to an ingress that verifies, records and forwards them, and to an
// httputil.ReverseProxy that only forwards them. Both forward to the same handler.
func BenchmarkRelay(b *testing.B) {
	for _, connections := range []int{1, 16, 64} {
		for _, peer := range benchPeers() {
			b.Run(fmt.Sprintf("%d/%s", connections, peer.name), func(b *testing.B) {
				senders := dialAll(b, peer.start(b, benchHandler(b)), connections)
				b.ReportAllocs()
				b.ResetTimer()
				sendAll(b, senders, b.N)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
			})
		}
	}
}

// benchRound is how long each peer runs in turn. It is short, so other load on the machine slows both equally.
const benchRound = 100 * time.Millisecond

// BenchmarkRelayAgainstReverseProxy alternates between the two and reports the ratio for docs/performance.md.
func BenchmarkRelayAgainstReverseProxy(b *testing.B) {
	for _, connections := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(connections), func(b *testing.B) {
			handler := benchHandler(b)
			peers := benchPeers()
			var senders [2][]*benchSender
			for i, peer := range peers {
				senders[i] = dialAll(b, peer.start(b, handler), connections)
				sendAll(b, senders[i], 2*connections) // open the connections
			}
			var sent [2]int
			var took [2]time.Duration
			b.ResetTimer()
			for sent[0] < b.N {
				for i := range peers {
					n, d := sendFor(b, senders[i], benchRound)
					sent[i], took[i] = sent[i]+n, took[i]+d
				}
			}
			rate := func(i int) float64 { return float64(sent[i]) / took[i].Seconds() }
			b.ReportMetric(rate(0), peers[0].name+"-req/s")
			b.ReportMetric(rate(1), peers[1].name+"-req/s")
			b.ReportMetric(rate(0)/rate(1), "ratio")
			b.ReportMetric(0, "ns/op") // meaningless for both together
		})
	}
}

// steadyRate is the load at which docs/performance.md compares p99.
const steadyRate = 500 // per second

// BenchmarkRelayAtSteadyRate sends 500 requests per second to each peer in turn. It reports the response times, measured from the moment
// at which each request was due.
func BenchmarkRelayAtSteadyRate(b *testing.B) {
	handler := benchHandler(b)
	peers := benchPeers()
	var senders [2][]*benchSender
	for i, peer := range peers {
		senders[i] = dialAll(b, peer.start(b, handler), idleConnections)
		sendAll(b, senders[i], 2*idleConnections)
	}
	var took [2][]time.Duration
	b.ResetTimer()
	for len(took[0]) < b.N {
		for i := range peers {
			took[i] = append(took[i], sendSteadily(b, senders[i], steadyRate/5)...)
		}
	}
	at := func(i int, q float64) time.Duration {
		slices.Sort(took[i])
		return took[i][int(q*float64(len(took[i])-1))]
	}
	for i, peer := range peers {
		b.ReportMetric(float64(at(i, 0.50).Microseconds()), peer.name+"-p50-µs")
		b.ReportMetric(float64(at(i, 0.99).Microseconds()), peer.name+"-p99-µs")
	}
	b.ReportMetric(float64(at(0, 0.99))/float64(at(1, 0.99)), "p99-ratio")
	b.ReportMetric(0, "ns/op")
}

// sendSteadily sends n requests at the steady rate.
func sendSteadily(b *testing.B, senders []*benchSender, n int) []time.Duration {
	b.Helper()
	free := make(chan *benchSender, len(senders))
	for _, s := range senders {
		free <- s
	}
	took := make([]time.Duration, n)
	due := time.NewTicker(time.Second / steadyRate)
	defer due.Stop()
	var all sync.WaitGroup
	for i := range took {
		at := <-due.C
		all.Go(func() {
			s := <-free
			defer func() { free <- s }()
			if err := s.send(); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(at)
		})
	}
	all.Wait()
	return took
}

// benchPeer starts a server on loopback that forwards to the handler.
type benchPeer struct {
	name  string
	start func(b *testing.B, handler string) (address string)
}

func benchPeers() []benchPeer { return []benchPeer{{"relay", startRelay}, {"proxy", startProxy}} }

func startRelay(b *testing.B, handler string) string {
	b.Helper()
	log, err := store.Open(b.Context(), b.TempDir(), store.Options{OnError: func(err error) { b.Errorf("log: %v", err) }})
	if err != nil {
		b.Fatal(err)
	}
	target, err := dispatch.ParseTarget(handler, ingressPath)
	if err != nil {
		b.Fatal(err)
	}
	sender := dispatch.NewSender(dispatch.Options{})
	r := New(Options{
		Log: log, Sender: sender, Routes: To(target), Verify: VerifyStrict, Session: "ses_bench", Now: time.Now, Random: rand.Reader,
		Secrets: func() []webhook.Secret { return []webhook.Secret{webhook.SecretFrom(secretText)} },
	})
	in := NewIngress(r, IngressOptions{Path: ingressPath, Token: token, Origin: webhook.OriginLocal, MaxBody: 10 << 20})
	stop := func() {
		r.Close()
		sender.Close()
		if err := log.Close(); err != nil {
			b.Error(err)
		}
	}
	return serveBench(b, in.Server(), stop)
}

func startProxy(b *testing.B, handler string) string {
	b.Helper()
	to, err := url.Parse(handler)
	if err != nil {
		b.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, DisableCompression: true}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, Transport: transport}
	return serveBench(b, &http.Server{Handler: proxy}, transport.CloseIdleConnections)
}

func serveBench(b *testing.B, server interface {
	Serve(l net.Listener) error
	Close() error
}, stop func(),
) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	b.Cleanup(func() {
		_ = server.Close()
		serving.Wait()
		stop()
	})
	return l.Addr().String()
}

func benchHandler(b *testing.B) string {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	b.Cleanup(server.Close)
	return server.URL
}

// benchSender is a minimal HTTP client with one connection. It uses little CPU time, so the results show the peers' cost.
type benchSender struct {
	conn      net.Conn
	in        *bufio.Reader
	mac       hash.Hash
	request   []byte
	signature []byte // part of request
	body      []byte // part of request
	number    []byte // part of body; makes it unique
	sum       []byte
}

func dialAll(b *testing.B, address string, connections int) []*benchSender {
	b.Helper()
	all := make([]*benchSender, connections)
	for i := range all {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		all[i] = newBenchSender(conn, i)
	}
	return all
}

func newBenchSender(conn net.Conn, i int) *benchSender {
	const blank = "0000000000"
	body := fmt.Appendf(nil, `{"event":"render.complete","timestamp":"2026-11-23T12:00:00Z","data":{"id":"job_%02d_%s","note":"`, i, blank)
	body = append(body, bytes.Repeat([]byte("x"), 1024-len(body)-len(`"}}`))...)
	body = append(body, `"}}`...)
	digits := bytes.Repeat([]byte("0"), hex.EncodedLen(sha256.Size))
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Vidiking-Webhooks/1.0\r\nAccept: */*\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nX-Vidiking-Signature: sha256=%s\r\n\r\n", ingressPath, len(body), digits)
	s := &benchSender{conn: conn, in: bufio.NewReader(conn), mac: hmac.New(sha256.New, []byte(secretText))}
	s.request = append([]byte(head), body...)
	s.signature = s.request[len(head)-len("\r\n\r\n")-len(digits):][:len(digits)]
	s.body = s.request[len(head):]
	s.number = s.body[bytes.Index(s.body, []byte(blank)):][:len(blank)]
	return s
}

func (s *benchSender) send() error {
	for i := len(s.number) - 1; ; i-- { // increment the decimal number
		if s.number[i]++; s.number[i] <= '9' {
			break
		}
		s.number[i] = '0'
	}
	s.mac.Reset()
	s.mac.Write(s.body)
	s.sum = s.mac.Sum(s.sum[:0])
	hex.Encode(s.signature, s.sum)
	if _, err := s.conn.Write(s.request); err != nil {
		return err
	}
	return s.answer()
}

// answer reads a response, which must be 200 with a Content-Length.
func (s *benchSender) answer() error {
	status, err := s.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("response %q, want 200", status)
	}
	length := -1
	for {
		line, err := s.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = textproto.TrimBytes(line)
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("response without a Content-Length")
	}
	_, err = s.in.Discard(length)
	return err
}

// sendAll sends n requests.
func sendAll(b *testing.B, senders []*benchSender, n int) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	sendWhile(b, senders, func() bool { return left.Add(-1) >= 0 })
}

// sendFor sends requests for a duration. It returns their number and the time they took.
func sendFor(b *testing.B, senders []*benchSender, d time.Duration) (int, time.Duration) {
	b.Helper()
	start := time.Now()
	sent := sendWhile(b, senders, func() bool { return time.Since(start) < d })
	return sent, time.Since(start)
}

func sendWhile(b *testing.B, senders []*benchSender, more func() bool) int {
	b.Helper()
	var sent atomic.Int64
	var all sync.WaitGroup
	for _, s := range senders {
		all.Go(func() {
			for more() {
				if err := s.send(); err != nil {
					b.Error(err)
					return
				}
				sent.Add(1)
			}
		})
	}
	all.Wait()
	return int(sent.Load())
}
