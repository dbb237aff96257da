package dispatch

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// BenchmarkSend compares one delivery of 1 KB by Sender with a bare RoundTrip, and with httputil.ReverseProxy, each over reused
// connections to the same handler. Run it with -count, and compare results within a run.
func BenchmarkSend(b *testing.B) {
	handler := httptest.NewServer(testkit.Respond(http.StatusOK, `{"received":true}`))
	b.Cleanup(handler.Close)
	body := bytes.Repeat([]byte("x"), 1024)
	peers := []struct {
		name string
		send func(*testing.B) func() error
	}{
		{"bare", func(b *testing.B) func() error { return bareSender(b, handler.URL, body) }},
		{"proxy", func(b *testing.B) func() error { return proxySender(b, handler.URL, body) }},
		{"send", func(b *testing.B) func() error { return ourSender(b, sender(b, Options{}), handler.URL, body) }},
		{"transport", func(b *testing.B) func() error {
			s := sender(b, Options{})
			s.pool = nil
			return ourSender(b, s, handler.URL, body)
		}},
	}
	for _, parallel := range []int{1, 16, 64} {
		for _, peer := range peers {
			b.Run(fmt.Sprintf("%d/%s", parallel, peer.name), func(b *testing.B) {
				send := peer.send(b)
				b.ReportAllocs()
				b.SetParallelism(max(1, parallel/runtime.GOMAXPROCS(0)))
				if parallel == 1 {
					for b.Loop() {
						must(b, send())
					}
					return
				}
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						must(b, send())
					}
				})
			})
		}
	}
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Error(err)
	}
}

func ourSender(b *testing.B, s *Sender, to string, body []byte) func() error {
	t, h := target(b, to), benchHeader()
	return func() error {
		if a := s.Send(b.Context(), t, h, body); a.Code != http.StatusOK {
			return fmt.Errorf("code %d: %s", a.Code, a.Error)
		}
		return nil
	}
}

func bareSender(b *testing.B, to string, body []byte) func() error {
	transport := &http.Transport{MaxIdleConnsPerHost: maxIdle, DisableCompression: true}
	b.Cleanup(transport.CloseIdleConnections)
	return func() error {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, to, bytes.NewReader(body))
		if err != nil {
			return err
		}
		for _, f := range benchHeader() {
			req.Header.Add(f.Name, f.Value)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.ReadAll(resp.Body)
		return err
	}
}

func proxySender(b *testing.B, to string, body []byte) func() error {
	u, err := url.Parse(to)
	if err != nil {
		b.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: maxIdle, DisableCompression: true}
	b.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }, Transport: transport}
	template := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	return func() error {
		in := template.WithContext(b.Context())
		in.Header, in.Body = http.Header{}, io.NopCloser(bytes.NewReader(body))
		for _, f := range benchHeader() {
			in.Header.Add(f.Name, f.Value)
		}
		out := &discard{header: http.Header{}}
		proxy.ServeHTTP(out, in)
		if out.code != http.StatusOK {
			return fmt.Errorf("code %d", out.code)
		}
		return nil
	}
}

func benchHeader() webhook.Header {
	return webhook.Header{
		{Name: "Accept", Value: "*/*"},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: "vidiking/1.0.0"},
		{Name: "X-Vidiking-Signature", Value: "sha256=4be1f07ac2d9584be1f07ac2d9584be1f07ac2d9584be1f07ac2d9584be1f07a"},
	}
}

type discard struct {
	header http.Header
	code   int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(code int)        { d.code = code }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
