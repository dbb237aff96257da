package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestTheListShowsJobsAndFailedDeliveries(t *testing.T) {
	log := jobLog()
	log.add(delivery(100))
	onScreen(t, 160, 45, log, func(x *user) {
		x.shows(" 1 [Deliveries 5]  2 Jobs 2  3 Failed 2 ")
		x.log.add(delivery(101))
		x.advance(time.Second)
		x.shows(" 1 [Deliveries 6]  2 Jobs 3  3 Failed 2 ")
		x.press("2", "up")
		x.shows(" 2 [Jobs 3] ", "23:01:30  job_9bn2ze            ✓ queued  ✓ processing  ✗ complete")
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000100") {
			t.Errorf("the cursor is on %q, want the second newest job", row)
		}
		x.press("up")
		if s, _ := x.m.current(); s.About != "job_9bn2ze" {
			t.Errorf("the detail shows %s, want the job under the cursor", s.About)
		}
		x.shows("job    job_9bn2ze")
		x.press("3")
		x.shows(" 3 [Failed 2] ", "dlv_000002", "dlv_000003")
		x.showsNot("dlv_000001")
		x.press("esc")
		x.shows(" 1 [Deliveries 6]")
		x.press("2", "esc")
		x.shows(" 1 [Deliveries 6]")
	})
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("2")
		x.shows("─ Jobs 3 ", "job_9bn2ze")
		x.log.add(delivery(102))
		x.advance(time.Second)
		x.shows("─ Jobs 4 ")
		x.press("3")
		x.shows("─ Failed 2 ")
	})
}

func TestTheOpenTabIsVisible(t *testing.T) {
	onScreen(t, 124, 34, jobLog(), func(x *user) {
		for _, want := range []string{"[Story] Payload  Headers  Response", "[Payload]", "[Headers]", "[Response]", "[Signature]", "Response  Signature  [Curl]"} {
			x.shows(want)
			x.press("tab")
		}
		x.press("shift+tab") // the last tab
		x.press("enter")
		x.send(tea.MouseClickMsg{X: 83, Y: 2, Button: tea.MouseLeft}) // the first one that is visible
		x.shows("[Headers]")
	})
}
