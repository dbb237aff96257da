package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestABatchStopsAfterThreeConnectionFailures(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		x.actions.replayStatus = webhook.StatusUnreachable
		x.press("/")
		x.typeText("render.complete")
		x.press("enter", "R", "y")
		x.advance(time.Second)
		x.shows("! Stopped after 3 of 9: the handler was unreachable 3 times in a row.")
		if n := len(x.actions.calls); n != 3 {
			t.Errorf("%d replays were sent, want 3", n)
		}
	})
}

func TestEarlierFiltersAreRecalled(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		for _, f := range []string{"job_000001", "job_000002"} {
			x.press("/", "ctrl+u")
			x.typeText(f)
			x.press("enter")
		}
		if l := x.lines(); !strings.HasPrefix(l[len(l)-1], " esc clear filter") {
			t.Errorf("got the footer %q, want esc first", l[len(l)-1])
		}
		x.press("/")
		x.shows("─ / job_000002   ") // with a space for the next word
		x.press("up", "up")
		x.shows("─ / job_000001 ", "1 of 9")
		x.press("down")
		x.shows("─ / job_000002 ")
		x.press("down", "up", "enter", "esc")
		x.shows("Filter cleared. It was: job_000002")
	})
}

func TestTheListDoesNotNarrowToTheBeginningOfAKey(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		x.press("/")
		x.typeText("statu")
		x.shows("job_000008", "9 ─")
		x.typeText("s:failed")
		x.shows("0 of 9")
	})
}

func TestSearchInsideADelivery(t *testing.T) {
	d := delivery(1)
	d.Body = []byte(`{"event":"render.complete","data":{"id":"job_1","deep":{"a":["x","Needle one"]},"more":{"b":"needle two"}}}`)
	onScreen(t, 80, 40, newMemoryLog(d), func(x *user) {
		x.press("tab", "enter", "down", "down", "left") // fold data
		x.showsNot("eedle")
		x.press("/")
		x.typeText("needle")
		x.shows("─ / needle")
		x.press("enter")
		if row := x.lastCursorRow(); !strings.Contains(row, "Needle one") {
			t.Errorf("the cursor is on %q", row)
		}
		x.press("n")
		if row := x.lastCursorRow(); !strings.Contains(row, "needle two") {
			t.Errorf("after n, the cursor is on %q", row)
		}
		x.press("N")
		if row := x.lastCursorRow(); !strings.Contains(row, "Needle one") {
			t.Errorf("after N, the cursor is on %q", row)
		}
		x.press("/")
		x.typeText("nowhere")
		x.press("enter")
		x.shows("Not found: nowhere")
	})
}

func TestKeysThatWorkInListAndDetail(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		x.press("up", "up", "space", "up", "space")
		if s, _ := x.m.current(); s.ID != delivery(3).ID {
			t.Errorf("space moved to %s, want the direction of the last move", s.ID)
		}
		x.press("enter", "]")
		if s, _ := x.m.current(); s.ID != delivery(4).ID {
			t.Errorf("] moved to %s", s.ID)
		}
		x.press("[", "esc", "u")
		if x.copied != x.state.URL {
			t.Errorf("u copied %q", x.copied)
		}
		x.send(tea.KeyPressMsg{Code: 'p', Mod: tea.ModAlt}) // esc removes the marks, p pauses
		x.shows("paused")
		x.showsNot("marked")
	})
}

func TestAllCommandsAreInThePalette(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		x.press(":")
		x.typeText("pause")
		x.press("enter")
		x.shows("paused")
		x.press("t", "down", "enter")
		x.advance(time.Second)
		x.press("t")
		x.shows("▌ render.failed")
	})
}

func TestTheHelpIsSearched(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(delivery(1)), func(x *user) {
		x.press("?", "/")
		x.typeText("replay")
		x.shows("/ replay", "replay all that are marked")
		x.showsNot("wrap long lines")
		x.press("enter", "esc")
		x.shows("[Story]")
	})
}

func TestClicksOnTheFooterAndThePipeline(t *testing.T) {
	log := newMemoryLog(deliveries(0, 9)...)
	log.all[3] = refused(log.all[3])
	onScreen(t, 80, 24, log, func(x *user) {
		click := func(text string, y int) {
			t.Helper()
			before, _, ok := strings.Cut(x.lines()[y], text)
			if !ok {
				t.Fatalf("line %d does not show %q: %q", y, text, x.lines()[y])
			}
			x.send(tea.MouseClickMsg{X: len([]rune(before)) + 1, Y: y, Button: tea.MouseLeft})
		}
		click("✗ 1", 1)
		x.shows("/ status:refused", "1 of 9")
		click("esc clear", 23)
		x.shows("Deliveries 9")
		click("? help", 23)
		x.shows("page up, page down")
	})
}

func TestTheWindowTitleCountsFailures(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(delivery(0), refused(delivery(1))), func(x *user) {
		if got, want := x.m.View().WindowTitle, "✗ 1 · 2 vidiking"; got != want {
			t.Errorf("got the title %q, want %q", got, want)
		}
	})
}
