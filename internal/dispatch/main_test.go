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

// short is a time-out for handlers that never answer.
const short = time.Second

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

// patience is how long a test waits for what must happen. Only a failing test waits so long.
const patience = time.Minute

// sender makes a Sender that lets no connection go, and takes none for a crash, because the test was slow.
func sender(tb testing.TB, o Options) *Sender {
	tb.Helper()
	return unhurried(tb, NewSender(o))
}

func unhurried(tb testing.TB, s *Sender) *Sender {
	tb.Helper()
	s.kept.IdleConnTimeout, s.drainTime, s.staleWithin = patience, patience, patience
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

// send sends the sample to the target by a Sender of its own.
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
