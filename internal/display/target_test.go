package display

import (
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestTargetLineOfAStaleConnection(t *testing.T) {
	a := webhook.Attempt{Target: "http://localhost:3000/hook", Failure: webhook.FailureStale, Duration: 9 * time.Millisecond}
	if got, want := TargetLine(a, Style{}).String(), "! stale                localhost:3000/hook"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
