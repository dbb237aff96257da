package header

import (
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestStripHasTheColorOfTheWorstOutcome(t *testing.T) {
	h := Model{Totals: view.Totals{Rate: view.Rate{Periods: []view.Period{
		{N: 8, Worst: webhook.StatusDelivered}, {N: 1, Worst: webhook.StatusRefused}, {}, {N: 4, Worst: webhook.StatusUnreachable},
	}}}}
	got := h.strip(160, display.Style{UTF8: true})
	want := []struct {
		text string
		role display.Role
	}{{" now ", display.Dim}, {"▅", display.Bad}, {"▁", display.Dim}, {"▂", display.Caution}, {"█", display.Good}, {" 20 s ago", display.Dim}}
	for i, w := range want {
		if got[i].Text != w.text || got[i].Role != w.role {
			t.Errorf("part %d: got %q with role %d, want %q with role %d", i, got[i].Text, got[i].Role, w.text, w.role)
		}
	}
	if got.Width() != 160 {
		t.Errorf("the strip is %d cells wide, want 160: %q", got.Width(), got)
	}
}

func TestStripShowsTheNewestPeriodsThatFit(t *testing.T) {
	h := Model{Totals: view.Totals{Rate: view.Rate{Periods: make([]view.Period, 240)}}}
	h.Totals.Rate.Periods[239].N = 1
	got := strings.TrimRight(h.strip(160, display.Style{UTF8: true}).String(), " ")
	if want := " now █" + strings.Repeat("▁", 142) + " 12 min ago"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestStripMovesWhileNothingArrives(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	h := New(Source{Now: func() time.Time { return now }})
	h.Totals = view.Totals{All: 8, Rate: view.Rate{Periods: []view.Period{{N: 1}, {N: 8}, {N: 4}}, End: now.Add(view.RatePeriod)}}
	st := display.Style{UTF8: true}
	for i, want := range []string{" now ▅█▂ ", " now ▁▅█ ", " now ▁▁█ ", " now ▁▁▁ ", " now ▁▁▁ "} {
		if changed := h.Age(); changed != (i > 0) {
			t.Errorf("after %d periods: Age returned %v", i, changed)
		}
		if got := h.Spark(3, st).String(); got != want {
			t.Errorf("after %d periods: got %q, want %q", i, got, want)
		}
		now = now.Add(view.RatePeriod)
	}
}
