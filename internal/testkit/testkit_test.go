package testkit

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(RunAndCheckLeaks(m)) }

// post sends body and returns the response's code and body. The code is 0 if there was no response.
func post(tb testing.TB, url, body string, fields ...string) (int, string) {
	tb.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Add(fields[i], fields[i+1])
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, string(answer) + ", then " + err.Error()
	}
	return resp.StatusCode, string(answer)
}

func TestHandlerRecordsRequests(t *testing.T) {
	h := Serve(t, Respond(http.StatusTeapot, "no coffee"))
	code, answer := post(t, h.URL()+"/a%2Fb?c=d", "body", "X-Twice", "b", "X-Twice", "a")
	if code != http.StatusTeapot || answer != "no coffee" {
		t.Errorf("got %d %q", code, answer)
	}
	got := h.Wait(1)[0]
	if got.Method != http.MethodPost || got.URI != "/a%2Fb?c=d" || got.Host != h.Addr() || string(got.Body) != "body" || got.Remote == "" {
		t.Errorf("got %+v", got)
	}
	if twice := got.Header["X-Twice"]; len(twice) != 2 || twice[0] != "b" {
		t.Errorf("X-Twice: got %q, want b, a", twice)
	}
	if all := h.Requests(); len(all) != 1 {
		t.Errorf("got %d requests, want 1", len(all))
	}
}

func TestHandlerCanRestartAtTheSameAddress(t *testing.T) {
	h := Serve(t, Respond(http.StatusOK, "old"))
	h.Stop()
	if code, text := post(t, h.URL(), ""); code != 0 {
		t.Errorf("stopped: got %d %s", code, text)
	}
	h = ServeOn(t, h.Addr(), Respond(http.StatusOK, "new"))
	if _, answer := post(t, h.URL(), ""); answer != "new" {
		t.Errorf("restarted: got %q", answer)
	}
}

func TestFreeAddrRefusesConnectionsUntilTheTestListens(t *testing.T) {
	address := FreeAddr(t)
	if code, text := post(t, "http://"+address, ""); code != 0 {
		t.Errorf("free address: got %d %s", code, text)
	}
	if _, answer := post(t, ServeOn(t, address, Respond(http.StatusOK, "here")).URL(), ""); answer != "here" {
		t.Errorf("got %q, want a response from the handler", answer)
	}
}

func TestStopAlsoEndsAHandlerThatIsWaiting(t *testing.T) {
	h := Serve(t, Slow(make(chan struct{}), Respond(http.StatusOK, "")))
	var posted sync.WaitGroup
	posted.Go(func() {
		if code, answer := post(t, h.URL(), "x"); code != 0 {
			t.Errorf("got %d %q, want no response", code, answer)
		}
	})
	h.Wait(1)
	h.Stop()
	posted.Wait()
}

func TestSlowRespondsWhenReleased(t *testing.T) {
	release := make(chan struct{})
	h := Serve(t, Slow(release, StallMidResponse(release, "a", "b")))
	var posted sync.WaitGroup
	posted.Go(func() {
		if code, answer := post(t, h.URL(), ""); code != http.StatusOK || answer != "ab" {
			t.Errorf("got %d %q, want 200 ab", code, answer)
		}
	})
	h.Wait(1)
	close(release)
	posted.Wait()
}

func TestMisbehavingHandlers(t *testing.T) {
	if code, text := post(t, Serve(t, HangUp()).URL(), "x"); code != 0 || text != "EOF" {
		t.Errorf("HangUp: got %d %q", code, text)
	}
	if code, text := post(t, Serve(t, Reset()).URL(), "x"); code != 0 || text == "EOF" {
		t.Errorf("Reset: got %d %q", code, text)
	}
	if code, text := post(t, Serve(t, HangUpMidResponse()).URL(), "x"); code != 200 || text != "half of it, then unexpected EOF" {
		t.Errorf("HangUpMidResponse: got %d %q", code, text)
	}
	if _, answer := post(t, Serve(t, Huge(100_000)).URL(), "x"); len(answer) != 100_000 {
		t.Errorf("Huge: got %d bytes", len(answer))
	}
	if code, _ := post(t, Serve(t, Redirect("/x")).URL(), "x"); code != http.StatusFound {
		t.Errorf("Redirect: got %d", code)
	}
}

func TestVerifyingHandlersAcceptOneSignatureForm(t *testing.T) {
	const (
		secret = "whsec_test"
		body   = `{"event":"render.complete"}`
		hex    = "554663455e0f8665fde3c84a1457ad7f778cd39bf2b84aa876516b65d44720ce"
	)
	prefixed, bare := Serve(t, VerifyPrefixed(secret)), Serve(t, VerifyBare(secret))
	for _, tt := range []struct {
		name, url, body, signature string
		code                       int
	}{
		{"prefixed to prefixed", prefixed.URL(), body, "sha256=" + hex, 200},
		{"bare to prefixed", prefixed.URL(), body, hex, 401},
		{"prefixed to bare", bare.URL(), body, "sha256=" + hex, 401},
		{"bare to bare", bare.URL(), body, hex, 200},
		{"another body", prefixed.URL(), body + " ", "sha256=" + hex, 401},
		{"no signature", bare.URL(), body, "", 401},
	} {
		if code, answer := post(t, tt.url, tt.body, "X-Vidiking-Signature", tt.signature); code != tt.code {
			t.Errorf("%s: got %d %s, want %d", tt.name, code, answer, tt.code)
		}
	}
}

func TestRawRecordsTheExactBytes(t *testing.T) {
	r := ServeRaw(t, RespondRaw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	c, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := [][]byte{
		[]byte("POST /a HTTP/1.1\r\nhost: x\r\nZ: 1\r\nA:2\r\ncontent-length: 4\r\n\r\n\r\n\x00\xff"),
		[]byte("POST / HTTP/1.1\r\n\r\n"),
	}
	for _, request := range sent {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
	}
	for i, got := range r.Wait(2) {
		if !bytes.Equal(got, sent[i]) {
			t.Errorf("request %d: got %q, want %q", i, got, sent[i])
		}
	}
	if r.Connections() != 1 || len(r.Requests()) != 2 {
		t.Errorf("got %d requests on %d connections, want 2 on 1", len(r.Requests()), r.Connections())
	}
}

func TestRawCanCloseTheConnectionUnannounced(t *testing.T) {
	r := ServeRaw(t, RespondRawAndClose("garbage"))
	c, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "POST / HTTP/1.1\r\n\r\n")
	if got, err := io.ReadAll(c); string(got) != "garbage" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRawStopsWhenTheTestEnds(t *testing.T) {
	var c net.Conn
	t.Run("client stays connected", func(t *testing.T) {
		r := ServeRaw(t, RespondRaw("hello"))
		var err error
		if c, err = net.Dial("tcp", r.Addr()); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "POST / HTTP/1.1\r\n\r\n")
		hello := make([]byte, len("hello"))
		if _, err := io.ReadFull(c, hello); string(hello) != "hello" || err != nil {
			t.Errorf("got %q, %v; want hello", hello, err)
		}
	})
	defer c.Close()
	if got, err := io.ReadAll(c); len(got) > 0 || err != nil {
		t.Errorf("got %q, %v; want the connection closed", got, err)
	}
}

func TestRefusingAddrRefusesAndFrozenAddrConnects(t *testing.T) {
	if c, err := net.Dial("tcp", RefusingAddr(t)); err == nil {
		_ = c.Close()
		t.Error("RefusingAddr: something listens there")
	}
	c, err := net.Dial("tcp", FrozenAddr(t))
	if err != nil {
		t.Fatalf("FrozenAddr: %v", err)
	}
	_ = c.Close()
}

func TestAuthorityIsTrustedOnlyByItsPool(t *testing.T) {
	a := NewAuthority(t)
	h := ServeTLS(t, a.Certificate("127.0.0.1", "handler.example"), Respond(http.StatusOK, ""))
	expired := ServeTLS(t, a.Expired("127.0.0.1"), Respond(http.StatusOK, ""))
	dial := func(address string, config *tls.Config) error {
		c, err := tls.Dial("tcp", address, config)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := dial(h.Addr(), &tls.Config{RootCAs: a.Pool()}); err != nil {
		t.Errorf("by address: %v", err)
	}
	if err := dial(h.Addr(), &tls.Config{RootCAs: a.Pool(), ServerName: "handler.example"}); err != nil {
		t.Errorf("by name: %v", err)
	}
	for name, err := range map[string]error{
		"another authority": dial(h.Addr(), &tls.Config{RootCAs: NewAuthority(t).Pool()}),
		"another name":      dial(h.Addr(), &tls.Config{RootCAs: a.Pool(), ServerName: "other.example"}),
		"expired":           dial(expired.Addr(), &tls.Config{RootCAs: a.Pool()}),
	} {
		var unproven *tls.CertificateVerificationError
		if !errors.As(err, &unproven) {
			t.Errorf("%s: got %v, want a failed verification", name, err)
		}
	}
}
