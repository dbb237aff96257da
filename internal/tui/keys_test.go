package tui

import (
	"github.com/vidiking/vidiking-cli/internal/tui/actions"

	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
)

func TestAReplayAppearsBeforeTheHandlerResponds(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *user) {
		x.advance(time.Second)
		x.actions.gate = make(chan struct{})
		x.press("r")
		x.shows("· Replaying dlv_000004 to localhost:3000…", "↻ · render.complete    job_000004      waiting")
		close(x.actions.gate)
		x.advance(time.Second)
		x.shows("↻ dlv_000004 replayed as dlv_re0001: ✗ 401 refused in 6 ms", "↻ ✗ render.complete    job_000004      401 refused    6 ms")
	})
}

func TestReplayingSeveralAsksFirst(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		x.press("R")
		x.shows("Mark deliveries with space")
		x.press("up", "up", "space", "up", "up", "space") // marks the newer one first
		x.shows("2 marked")
		x.press("R")
		x.shows("Replay 2 deliveries to localhost:3000? y/n")
		x.press("n", "R", "y")
		x.advance(time.Second)
		if len(x.actions.calls) != 2 || x.actions.calls[0] >= x.actions.calls[1] {
			t.Errorf("calls: %q, want two in the order in which the deliveries were received", x.actions.calls)
		}
		x.shows("0 of 2 delivered, 2 refused")
		x.showsNot("marked")
	})
}

func TestReplayingAllMatchesOfTheFilter(t *testing.T) {
	log := newMemoryLog(deliveries(0, 9)...)
	log.all[2], log.all[5] = refused(log.all[2]), refused(log.all[5])
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("/")
		x.typeText("status:failed")
		x.press("enter", "R")
		x.shows("Replay 2 deliveries to localhost:3000? y/n")
		x.press("y")
		x.advance(time.Second)
		if diff := cmp.Diff([]string{"replay dlv_000002aaaa", "replay dlv_000005aaaa"}, x.actions.calls); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEscStopsABatch(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		x.actions.gate = make(chan struct{})
		x.press("/")
		x.typeText("render.complete")
		x.press("enter", "R", "y", "q")
		x.shows("A batch is running: 0 of 9 sent. Quit anyway? y/n")
		x.press("n", "esc")
		x.shows("Stopped after 0 of 9: 0 of 0 delivered")
		close(x.actions.gate)
		x.advance(time.Second)
		if len(x.actions.calls) != 1 {
			t.Errorf("calls after esc: %q, want 1", x.actions.calls)
		}
	})
}

func TestThePaletteMatchesFuzzily(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.press("t")
		x.typeText("rfail")
		x.shows("▌ render.failed")
		x.press("enter")
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
		x.press("t")
		x.typeText("zzz")
		x.shows("No match.")
		x.press("enter", "backspace", "backspace", "backspace", "down", "down", "up", "enter")
		if diff := cmp.Diff([]string{"trigger render.failed", "trigger render.failed"}, x.actions.calls); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheBarOfThePaletteFillsTheLine(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(delivery(0)), func(x *user) {
		x.press("t")
		l := (picture{x.m}).screen()[x.lineWith("▌ ")]
		reversed := 0
		for _, s := range l {
			if s.Attr&draw.Reversed != 0 {
				reversed += display.Width(s.Text)
			}
		}
		if reversed != 79 {
			t.Errorf("%d cells are reversed, want all but the first: %q", reversed, l)
		}
	})
}

func TestCopySendsTheTextToTheTerminal(t *testing.T) {
	large := delivery(1)
	large.Body = []byte(strings.Repeat("x", actions.MaxCopyBytes+1))
	onScreen(t, 80, 24, newMemoryLog(delivery(0), large), func(x *user) {
		x.press("Y")
		x.shows("Too large to copy: terminals accept at most 74 kB. Press s to save it.")
		x.press("up", "y")
		x.shows("Copied the id dlv_000000aaaa (if the terminal supports OSC 52)")
		for key, want := range map[string]string{
			"y": "dlv_000000aaaa", "Y": string(delivery(0).Body), "c": "curl -q --url http://localhost:3000 \\\n  -H 'X-Id: dlv_000000aaaa'\n",
		} {
			if x.press(key); x.copied != want {
				t.Errorf("%s copied %q, want %q", key, x.copied, want)
			}
		}
		x.press("s")
		x.shows("✓ Saved the body as dlv_000000aaaa.json")
	})
}

func TestDiffComparesWithTheMarkedOrThePreviousDelivery(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *user) {
		x.press("d")
		x.shows("[Diff]", "- dlv_000003aaaa", "+ dlv_000004aaaa")
		x.press("g", "space", "G", "d")
		x.shows("- dlv_000000aaaa", "+ dlv_000004aaaa")
		x.press("tab")
		x.showsNot("Diff")
		x.press("esc", "g", "d")
		x.shows("No earlier delivery to compare with.")
		x.press("G", "d")
		x.showsNot("No earlier delivery")
	})
}

func TestQuittingAsksFirstIfItStopsTheListener(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.press("q")
		x.shows("Stop listening? y/n")
		x.press("n")
		if x.quit {
			t.Fatal("n quit the screen")
		}
		x.press("q", "y")
		if !x.quit {
			t.Error("y did not quit the screen")
		}
	}, func(o *Options) { o.OwnsListener = true })
	for _, k := range []string{"q", "ctrl+c"} {
		onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
			if x.press(k); !x.quit {
				t.Errorf("%s did not quit the screen", k)
			}
		})
	}
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		if x.press("ctrl+c"); !x.quit {
			t.Error("ctrl+c did not quit the screen")
		}
	}, func(o *Options) { o.OwnsListener = true })
}

func TestTheFocusedDetailKeepsItsDelivery(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *user) {
		x.press("tab", "enter", "down", "down", "left")
		x.shows("▸ data", "3 members")
		x.press("right")
		x.shows("▾ data", `"job_000029"`)
		x.log.add(deliveries(30, 10)...)
		x.advance(time.Second)
		x.shows(`"job_000029"`, "↓ 10 new")
		x.press("G", "g", "pgdown", "pgup", "tab", "tab", "enter")
		x.showsNot("X-Powered-By")
		x.press("esc", "G")
		x.shows("job_000039")
	})
}

func TestAPanicEndsOnlyTheScreen(t *testing.T) {
	log := newMemoryLog(delivery(1))
	onScreen(t, 80, 24, log, func(x *user) {
		x.log.change(func() { x.log.onPage = func() { panic("injected panic") } })
		x.advance(time.Second)
		if !x.quit || x.m.frame.bug == nil || x.m.frame.bug.Error() != "the screen crashed: injected panic" || len(x.m.frame.bug.Stack) == 0 {
			t.Errorf("quit %v, bug %v", x.quit, x.m.frame.bug)
		}
	})
}

func TestDiffComparesWithTheLastMarkedDelivery(t *testing.T) {
	log := newMemoryLog(deliveries(0, 6)...)
	log.all[5].ReplayOf = log.all[1].ID
	onScreen(t, 80, 24, log, func(x *user) {
		x.press("d") // a replay is compared with its original
		x.shows("- dlv_000001aaaa", "+ dlv_000005aaaa")
		x.press("g", "space", "down", "space", "G", "d")
		x.shows("- dlv_000002aaaa", "+ dlv_000005aaaa")
	})
}

func TestLeftFoldsTheSectionAroundTheCursor(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 3)...), func(x *user) {
		x.press("tab", "enter", "down", "down", "down", "down", "left")
		x.shows("▌▸ data", "3 members")
		x.press("left")
		x.shows("▸ data")
		x.showsNot("▌▸ data")
	})
}

func TestMouseInThePaletteAndOnTheNewIndicator(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *user) {
		x.press("t")
		x.send(tea.MouseClickMsg{X: 5, Y: 8, Button: tea.MouseLeft})
		x.shows("▌ wallet.deposit")
		x.send(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelUp})
		x.shows("▌ render.failed")
		x.press("esc", "g")
		x.log.add(deliveries(30, 3)...)
		x.advance(time.Second)
		x.shows("↓ 3 new")
		x.send(tea.MouseClickMsg{X: 75, Y: x.lineWith("↓ 3 new"), Button: tea.MouseLeft})
		x.shows("job_000032")
		x.showsNot("new")
	})
}

func TestALongTitleStillShowsTheStatus(t *testing.T) {
	d := refused(delivery(1))
	d.Event, d.About = strings.Repeat("an.event.", 30), strings.Repeat("job_", 30)
	onScreen(t, 120, 40, newMemoryLog(d), func(x *user) {
		title := x.lines()[3]
		if !strings.Contains(title, "  401 refused") || !strings.Contains(title, "ob_") {
			t.Errorf("got the title %q, want the status in it", title)
		}
	})
}

func TestTheRowUnderTheCursorIsHighlighted(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 3)...), func(x *user) {
		reversedLines := func() (n []int) {
			for i, l := range (picture{x.m}).screen() {
				for _, p := range l {
					if p.Attr&draw.Reversed != 0 {
						n = append(n, i)
						break
					}
				}
			}
			return n
		}
		if diff := cmp.Diff([]int{5}, reversedLines()); diff != "" {
			t.Error("in the list", diff)
		}
		x.press("enter", "down")
		if diff := cmp.Diff([]int{8}, reversedLines()); diff != "" {
			t.Error("in the detail", diff)
		}
		x.shows("▌23:00:00")
		x.press("space")
		x.shows("▌23:00:00", "1 marked")
	})
}

func TestActionKeysWithoutADeliveryShowAMessage(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		for _, k := range []string{"r", "e", "d", "Y", "c", "s"} {
			x.press("t", "esc", k)
			x.shows("No delivery is selected.")
			x.m.message.Clear()
		}
	})
}

func TestTheFormatKeyOpensThePayloadTab(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(delivery(1)), func(x *user) {
		x.press("tab", "tab", "v")
		x.shows("[Payload]", "▾ data")
		x.press("v")
		x.shows(`   "data": {`)
	})
}

func TestSuspendingAsksFirstIfItSuspendsTheListener(t *testing.T) {
	for own, keys := range map[bool][]string{true: {"ctrl+z", "n", "ctrl+z", "y", "ctrl+z", "ctrl+z"}, false: {"ctrl+z", "ctrl+z"}} {
		onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
			for i, k := range keys {
				if x.press(k); own && i == 0 {
					x.shows("While suspended, listen receives no deliveries. Suspend until fg? y/n")
				}
			}
			if x.suspended != 2 {
				t.Errorf("suspended %d times, want 2 (owns the listener: %v)", x.suspended, own)
			}
			x.shows("? help")
		}, func(o *Options) { o.OwnsListener = own })
	}
}
