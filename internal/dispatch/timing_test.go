package dispatch

import (
	"bufio"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func newReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

// stepClock returns a clock that advances by one second each time it is read.
func stepClock() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2026, 3, 2, 14, 2, 31, 123_456_789, time.FixedZone("CET", 3600))
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

func TestTimesComeFromTheConfiguredClock(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	s := sender(t, Options{Now: stepClock()})
	first := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
	if want := time.Date(2026, 3, 2, 13, 2, 32, 123_000_000, time.UTC); first.StartedAt != want {
		t.Errorf("started at: got %v, want %v, in UTC and truncated to milliseconds", first.StartedAt, want)
	}
	if first.Connect != time.Second || first.FirstByte != 2*time.Second || first.Duration != 3*time.Second {
		t.Errorf("first: got connect %v, first byte %v, duration %v; want 1s, 2s, 3s", first.Connect, first.FirstByte, first.Duration)
	}
	second := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
	if second.Connect != 0 || second.FirstByte != time.Second || second.Duration != 2*time.Second {
		t.Errorf("reused connection: got connect %v, first byte %v, duration %v; want 0, 1s, 2s", second.Connect, second.FirstByte, second.Duration)
	}
}

func TestFailuresHaveTimes(t *testing.T) {
	got := send(t, Options{Now: stepClock()}, testkit.RefusingAddr(t))
	if got.Connect != 0 || got.FirstByte != 0 || got.Duration != time.Second {
		t.Errorf("refused: got connect %v, first byte %v, duration %v; want 0, 0, 1s", got.Connect, got.FirstByte, got.Duration)
	}
	got = send(t, Options{Now: stepClock()}, testkit.Serve(t, testkit.HangUp()).URL())
	if got.Connect != time.Second || got.FirstByte != 0 || got.Duration != 2*time.Second {
		t.Errorf("closed: got connect %v, first byte %v, duration %v; want 1s, 0, 2s", got.Connect, got.FirstByte, got.Duration)
	}
}

func TestDurationCoversTheWholeResponse(t *testing.T) {
	release := make(chan struct{})
	started := make(chan struct{})
	handler := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		testkit.StallMidResponse(release, "begin", "end").ServeHTTP(w, r)
	}))
	var mu sync.Mutex
	var late time.Duration
	start := time.Now()
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return start.Add(late) }
	go func() {
		<-started
		mu.Lock()
		late = time.Hour
		mu.Unlock()
		close(release)
	}()
	got := sender(t, Options{Now: now}).Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
	if got.Duration != time.Hour || string(got.Response) != "beginend" {
		t.Errorf("got %q after %v, want beginend after 1h", got.Response, got.Duration)
	}
}
