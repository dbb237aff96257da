package dispatch

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// transportOnly makes all tests send with http.Transport.
var transportOnly bool

// TestMain runs all tests twice, because both ways of sending must have the same results.
func TestMain(m *testing.M) {
	testkit.DisableDNS()
	flag.Parse()
	code := testkit.RunAndCheckLeaks(m)
	if set := flag.Lookup; code == 0 && set("test.bench").Value.String()+set("test.fuzz").Value.String() == "" {
		fmt.Println("Again with http.Transport only:")
		transportOnly = true
		code = testkit.RunAndCheckLeaks(m)
	}
	os.Exit(code)
}

// shortTimeout is the timeout for handlers that never respond.
const shortTimeout = time.Second

var samplePayload = []byte(`{"event":"render.complete","timestamp":"2026-03-02T13:02:31Z","data":{"id":"job_9bn2ze","duration":10.5}}`)

func sampleHeader() webhook.Header {
	return webhook.Header{
		{Name: "Host", Value: "k3v9.ngrok.app"},
		{Name: "Content-Length", Value: "1"},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: "vidiking/1.0.0"},
		{Name: "X-Vidiking-Signature", Value: "sha256=4be1f07ac2d958"},
	}
}

// testTimeout is the longest time that a test waits for an event. Only a failing test waits that long.
const testTimeout = time.Minute

// sender returns a Sender whose results do not change because the test is slow: connections stay idle, and count as stale, for longer.
func sender(tb testing.TB, o Options) *Sender {
	tb.Helper()
	return withLongTimeouts(tb, NewSender(o))
}

func withLongTimeouts(tb testing.TB, s *Sender) *Sender {
	tb.Helper()
	s.reuse.IdleConnTimeout, s.maxDrainTime, s.staleWithin = testTimeout, testTimeout, testTimeout
	if transportOnly {
		s.pool = nil
	}
	if s.pool != nil {
		s.pool.idleTime = testTimeout
	}
	tb.Cleanup(s.Close)
	return s
}

// setDial makes all connections of a Sender without TLS with dial, which returns a *conn.
func setDial(s *Sender, dial dialFunc) {
	s.reuse.DialContext, s.fresh.DialContext = dial, dial
	if s.pool != nil {
		s.pool.dial = dial
	}
}

func target(tb testing.TB, text string) Target {
	tb.Helper()
	t, err := ParseTarget(text, "/webhooks/vidiking")
	if err != nil {
		tb.Fatalf("ParseTarget(%q): %v", text, err)
	}
	return t
}

// send sends the sample payload with a new Sender.
func send(tb testing.TB, o Options, to string) Result {
	tb.Helper()
	return sender(tb, o).Send(tb.Context(), target(tb, to), sampleHeader(), samplePayload)
}

func wantFailure(tb testing.TB, got Result, kind webhook.Failure, text string) {
	tb.Helper()
	if got.Failure != kind || got.Error != text {
		tb.Errorf("target %s:\n got %q %q (code %d)\nwant %q %q", got.Target, got.Failure, got.Error, got.Code, kind, text)
	}
}

func wantCode(tb testing.TB, got Result, code int) {
	tb.Helper()
	if got.Code != code || got.Failure != "" || got.Error != "" {
		tb.Errorf("target %s: got code %d, failure %q %q; want code %d", got.Target, got.Code, got.Failure, got.Error, code)
	}
}
