package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestTheFilterAppliesWhileTypingAndIsKeptOnEnter(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	log.all[7].Event = "ai.failed"
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("/")
		x.typeText("ai.")
		x.shows("─ / ai.", "1 of 50", "job_000007")
		x.press("enter", "/")
		x.shows("─ / ai.")
		x.press("ctrl+u")
		x.shows("50 ─")
		x.press("esc")
		x.shows("─ / ai. ", "1 of 50")
		x.press("/", "ctrl+u")
		x.typeText("event:ai.f")
		x.press("tab")
		x.shows("─ / event:ai.failed", "1 of 50")
		x.press("enter")
		x.press("/")
		x.typeText(" nothing")
		x.shows("No matches in 50 deliveries.")
		x.send(tea.PasteMsg{Content: " or\n\x1b[31mthat"})
		x.shows("nothing or [31mthat")
	})
}

func TestTheScreenStartsWithTheGivenFilter(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	log.all[7].Event = "ai.failed"
	onScreen(t, 80, 24, log, func(x *user) {
		x.shows("─ / event:ai.*", "1 of 50")
		x.press("/", "ctrl+u", "enter")
		x.shows("50 ─")
	}, func(o *Options) { o.Filter = "event:ai.*" })
}

func TestSinceIsRelativeToTheCurrentTime(t *testing.T) {
	d := delivery(1)
	d.ReceivedAt = startTime.Add(-5 * time.Minute)
	onScreen(t, 80, 24, newMemoryLog(d), func(x *user) {
		x.press("/")
		x.typeText("since:10m")
		x.press("enter")
		x.shows("1 of 1")
		x.advance(6 * time.Minute)
		x.log.add(delivery(2))
		x.advance(time.Second)
		x.shows("0 of 2")
	})
}

func TestTheChooserBuildsTheFilter(t *testing.T) {
	onScreen(t, 80, 24, busyLog(), func(x *user) {
		x.press("f", "space", "down", "space")
		x.shows("/ event:render.*,ai.*", "✓ render.*")
		x.press("space", "right", "space", "enter")
		x.shows("/ event:render.* status:failed", "[Story]")
		x.press("f", "space", "esc")
		x.shows("/ event:render.* status:failed")
	})
}

func TestEscClearsTheMarksAndThenTheFilter(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	log.all[7].Event = "ai.failed"
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("/")
		x.typeText("ai.failed")
		x.press("enter", "space", "esc")
		x.shows("1 of 50")
		x.showsNot("marked")
		x.press("esc")
		x.shows("─ Deliveries 50 ", "Filter cleared. It was: ai.failed")
	})
}

func TestTheCursorReturnsWhenAFilterIsCleared(t *testing.T) {
	log := newMemoryLog(deliveries(0, 200)...)
	log.all[7].Event = "ai.failed"
	for name, keys := range map[string][]string{
		"canceled":           {"esc"},
		"emptied":            {"ctrl+u", "enter"},
		"kept, then cleared": {"enter", "esc"},
	} {
		for _, typed := range []string{"ai.failed", "nothing has this"} {
			if name != "canceled" && typed == "ai.failed" {
				continue // the cursor moved to the match
			}
			t.Run(name+" "+typed, func(t *testing.T) {
				onScreen(t, 80, 24, log, func(x *user) {
					x.press("pgup", "pgup", "pgup", "up")
					_, before := x.cursorRow()
					x.press("/")
					x.typeText(typed)
					x.press(keys...)
					if _, row := x.cursorRow(); row != before {
						t.Errorf("the cursor is on %q, want %q", row, before)
					}
				})
			})
		}
	}
}

func TestDeliveriesSeenBeforeFilteringAreNotNew(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	log.all[7].Event, log.all[8].Event = "ai.failed", "ai.failed"
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("pgup", "pgup", "pgup") // the newest row is not visible
		x.press("/")
		x.typeText("ai.failed")
		x.shows("2 of 50")
		x.press("ctrl+u", "enter")
		x.showsNot("new")
		x.log.add(deliveries(50, 2)...)
		x.advance(time.Second)
		x.shows("↓ 2 new")
	})
}

func TestCompletionsAreShownWhileAWordIsIncomplete(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *user) {
		x.press("/")
		x.typeText("status:")
		x.shows(" tab failed  delivered  refused")
		x.typeText("re")
		x.shows(" tab refused  rejected")
		x.press("ctrl+n")
		x.shows(" tab rejected  refused")
		x.press("ctrl+p", "ctrl+p", "tab")
		x.shows("─ / status:rejected ")
		x.press("ctrl+u")
		x.typeText("status:refusd")
		x.shows(`! unknown status "refusd": did you mean refused?`)
		x.press("ctrl+u")
		x.typeText("event:rend")
		x.shows(" tab render.*")
		x.typeText("er.")
		x.shows(" tab render.*")
		x.press("ctrl+u")
		x.typeText("code:")
		x.press("enter")
		x.shows("! missing value after code: for example code:>=500")
	})
}

func TestALongFilterScrollsToTheCursor(t *testing.T) {
	for _, w := range []int{80, 120} {
		onScreen(t, w, 40, newMemoryLog(deliveries(0, 5)...), func(x *user) {
			x.press("/")
			long := "event:render.complete status:delivered code:200 origin:trigger verdict:valid since:10h the end"
			x.typeText(long)
			x.shows("the end  ")
			at := func() string {
				c := (picture{x.m}).textCursor()
				return string([]rune(x.lines()[c.Y] + strings.Repeat(" ", 200))[c.X-1 : c.X+1])
			}
			if got := at(); got != "d " {
				t.Errorf("the cursor is at %q, want the end", got)
			}
			x.press("left", "left", "left")
			if got := at(); got != " e" {
				t.Errorf("the cursor is at %q, want the last word", got)
			}
			x.press("home")
			x.shows("─ / event:render.complete")
		})
	}
}

func TestTheChooserScrollsToItsCursor(t *testing.T) {
	onScreen(t, 60, 15, newMemoryLog(deliveries(0, 3)...), func(x *user) {
		x.press("f")
		x.shows("↓ 5 more", "render.*", "verdict           →\n")
		x.press("down", "down", "down", "down", "down", "down", "down", "down", "down", "down")
		x.shows("wallet.deposit")
		x.press("right", "right", "right", "right", "down", "space")
		x.shows(" ← status", "since", "✓ 1h", "/ since:1h")
	})
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 3)...), func(x *user) {
		x.press("f")
		for y, l := range x.lines() {
			if at := strings.Index(l, "refused"); at > 0 {
				x.send(tea.MouseClickMsg{X: len([]rune(l[:at])), Y: y, Button: tea.MouseLeft})
				break
			}
		}
		x.shows("/ status:refused", "✓ refused")
		x.send(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelDown})
		x.press("space")
		x.shows("/ status:refused,unreachable")
	})
}
