package tui

import (
	"strings"
	"testing"
	"time"
)

func TestTheListShowsJobsAndFailedDeliveries(t *testing.T) {
	log := jobLog()
	log.add(delivery(100))
	onScreen(t, 160, 45, log, func(x *user) {
		x.shows(" 1 [Deliveries 5]  2 Jobs 2  3 Failed 2 ")
		x.press("2")
		x.shows(" 2 [Jobs 2] ", "23:01:30  job_9bn2ze            ✓ queued  ✓ processing  ✗ complete")
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000100") {
			t.Errorf("the cursor is on %q, want the newest job", row)
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
		x.shows(" 1 [Deliveries 5]")
		x.press("2", "esc")
		x.shows(" 1 [Deliveries 5]")
	})
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("2")
		x.shows("─ Jobs 2 ", "job_9bn2ze")
		x.log.add(delivery(101))
		x.advance(time.Second)
		x.shows("─ Jobs 3 ")
		x.press("3")
		x.shows("─ Failed 2 ")
	})
}
