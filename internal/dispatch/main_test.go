package dispatch

import (
	"os"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) {
	testkit.Offline()
	os.Exit(testkit.Run(m))
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
	tb.Cleanup(s.Close)
	return s
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
