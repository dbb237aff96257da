package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
)

func TestAReplayIsThereAtTheKeyAndNotAtTheAnswer(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *hand) {
		x.wait(time.Second)
		x.actions.gate = make(chan struct{})
		x.press("r")
		x.shows("· Sending dlv_000004 again to localhost:3000…", "↻ · render.complete    job_000004      waiting")
		close(x.actions.gate)
		x.wait(time.Second)
		x.shows("↻ dlv_000004 sent again as dlv_re0001: ✗ 401 refused in 6 ms", "↻ ✗ render.complete    job_000004      401 refused    6 ms")
	})
}

func TestSendingMoreThanOneAsksWithTheNumber(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *hand) {
		x.press("R")
		x.shows("Mark deliveries with space")
		x.press("up", "up", "space", "up", "up", "space") // the later one first
		x.shows("2 marked")
		x.press("R")
		x.shows("Send 2 deliveries again to localhost:3000? y/n")
		x.press("n", "R", "y")
		x.wait(time.Second)
		if len(x.actions.asked) != 2 || x.actions.asked[0] >= x.actions.asked[1] {
			t.Errorf("asked %q, want two in the order in which they were received", x.actions.asked)
		}
		x.shows("0 of 2 delivered, 2 refused")
		x.showsNot("marked")
	})
}

func TestSendingWhatMatchesTheFilter(t *testing.T) {
	log := newMemoryLog(deliveries(0, 9)...)
	log.all[2], log.all[5] = refused(log.all[2]), refused(log.all[5])
	at(t, 80, 24, log, func(x *hand) {
		x.press("/")
		x.write("status:failed")
		x.press("enter", "R")
		x.shows("Send 2 deliveries again to localhost:3000? y/n")
		x.press("y")
		x.wait(time.Second)
		if diff := cmp.Diff([]string{"replay dlv_000002aaaa", "replay dlv_000005aaaa"}, x.actions.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEscStopsSending(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 9)...), func(x *hand) {
		x.actions.gate = make(chan struct{})
		x.press("/")
		x.write("render.complete")
		x.press("enter", "R", "y", "q")
		x.shows("Still sending: 0 of 9 are sent. Quit all the same? y/n")
		x.press("n", "esc")
		x.shows("Stopped after 0 of 9: 0 of 0 delivered")
		close(x.actions.gate)
		x.wait(time.Second)
		if len(x.actions.asked) != 1 {
			t.Errorf("asked %q after esc", x.actions.asked)
		}
	})
}

func TestThePaletteFindsWhatIsMeant(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.press("t")
		x.write("rfail")
		x.shows("▌ render.failed")
		x.press("enter")
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
		x.press("t")
		x.write("zzz")
		x.shows("There is no such event or scenario.")
		x.press("enter", "backspace", "backspace", "backspace", "down", "down", "up", "enter")
		if diff := cmp.Diff([]string{"trigger render.failed", "trigger render.failed"}, x.actions.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCopyingHandsTheTextToTheTerminal(t *testing.T) {
	large := delivery(1)
	large.Body = []byte(strings.Repeat("x", mostCopied+1))
	at(t, 80, 24, newMemoryLog(delivery(0), large), func(x *hand) {
		x.press("Y")
		x.shows("Terminals take no more than 74 kB to copy. Save it: s")
		x.press("up", "y")
		x.shows("Copied the id dlv_000000aaaa, where the terminal allows it (OSC 52)")
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

func TestDiffComparesWithTheMarkedOneOrTheOneBefore(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *hand) {
		x.press("d")
		x.shows("[Diff]", "- dlv_000003aaaa", "+ dlv_000004aaaa")
		x.press("g", "space", "G", "d")
		x.shows("- dlv_000000aaaa", "+ dlv_000004aaaa")
		x.press("tab")
		x.showsNot("Diff")
		x.press("esc", "g", "d")
		x.shows("There is nothing before it to compare with.")
		x.press("G", "d")
		x.showsNot("There is nothing before it")
	})
}

func TestLeavingIsAskedForWhereItEndsListening(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.press("q")
		x.shows("Stop listening? y/n")
		x.press("n")
		if x.left {
			t.Fatal("n left")
		}
		x.press("q", "y")
		if !x.left {
			t.Error("y did not leave")
		}
	}, func(o *Options) { o.Own = true })
	for _, k := range []string{"q", "ctrl+c"} {
		at(t, 80, 24, newMemoryLog(), func(x *hand) {
			if x.press(k); !x.left {
				t.Errorf("%s did not leave", k)
			}
		})
	}
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		if x.press("ctrl+c"); !x.left {
			t.Error("ctrl+c did not leave")
		}
	}, func(o *Options) { o.Own = true })
}

func TestTheDetailFoldsScrollsAndStaysWithItsDelivery(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *hand) {
		x.press("enter", "down", "down", "left")
		x.shows("▸ data", "3 members")
		x.press("right")
		x.shows("▾ data", `"job_000029"`)
		x.log.add(deliveries(30, 10)...)
		x.wait(time.Second)
		x.shows(`"job_000029"`, "↓ 10 new")
		x.press("G", "g", "pgdown", "pgup", "tab", "tab", "enter")
		x.showsNot("X-Powered-By")
		x.press("esc", "G")
		x.shows("job_000039")
	})
}

func TestABugEndsTheScreenAlone(t *testing.T) {
	log := newMemoryLog(delivery(1))
	at(t, 80, 24, log, func(x *hand) {
		x.log.change(func() { x.log.broken = func() { panic("a bug of ours") } })
		x.wait(time.Second)
		if !x.left || x.m.bug == nil || x.m.bug.Error() != "the screen ran into a bug: a bug of ours" || len(x.m.bug.Stack) == 0 {
			t.Errorf("left %v, bug %v", x.left, x.m.bug)
		}
	})
}

func TestDiffOfSeveralMarkedIsWithTheLast(t *testing.T) {
	log := newMemoryLog(deliveries(0, 6)...)
	log.all[5].ReplayOf = log.all[1].ID
	at(t, 80, 24, log, func(x *hand) {
		x.press("d") // of a replay: what it sends again
		x.shows("- dlv_000001aaaa", "+ dlv_000005aaaa")
		x.press("g", "space", "down", "space", "G", "d")
		x.shows("- dlv_000002aaaa", "+ dlv_000005aaaa")
	})
}

func TestLeftFoldsWhatTheCursorIsIn(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 3)...), func(x *hand) {
		x.press("enter", "down", "down", "down", "down", "left")
		x.shows("▌▸ data", "3 members")
		x.press("left")
		x.shows("▸ data")
		x.showsNot("▌▸ data")
	})
}

func TestTheMouseInThePaletteAndOnTheChip(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *hand) {
		x.press("t")
		x.tell(tea.MouseClickMsg{X: 5, Y: 8, Button: tea.MouseLeft})
		x.shows("▌ wallet.deposit")
		x.tell(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelUp})
		x.shows("▌ render.failed")
		x.press("esc", "g")
		x.log.add(deliveries(30, 3)...)
		x.wait(time.Second)
		x.shows("↓ 3 new")
		x.tell(tea.MouseClickMsg{X: 75, Y: 12, Button: tea.MouseLeft})
		x.shows("job_000032")
		x.showsNot("new")
	})
}

func TestTheTitleKeepsTheStatus(t *testing.T) {
	d := refused(delivery(1))
	d.Event, d.About = strings.Repeat("an.event.", 30), strings.Repeat("job_", 30)
	at(t, 120, 40, newMemoryLog(d), func(x *hand) {
		title := x.lines()[3]
		if !strings.Contains(title, "  401 refused") || !strings.Contains(title, "ob_") {
			t.Errorf("the title is %q", title)
		}
	})
}

func TestTheRowThatTheKeysAreAboutIsSetOff(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 3)...), func(x *hand) {
		reversedOnes := func() (n []int) {
			for i, l := range x.m.screen() {
				for _, p := range l {
					if p.look&reversed != 0 {
						n = append(n, i)
						break
					}
				}
			}
			return n
		}
		if diff := cmp.Diff([]int{5}, reversedOnes()); diff != "" {
			t.Error("in the list", diff)
		}
		x.press("enter", "down")
		if diff := cmp.Diff([]int{8}, reversedOnes()); diff != "" {
			t.Error("in the detail", diff)
		}
		x.shows("▌23:00:00")
		x.press("space")
		x.shows("▌23:00:00", "1 marked")
	})
}

func TestAKeyWithoutADeliverySaysSo(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		for _, k := range []string{"r", "e", "d", "y", "Y", "c", "s"} {
			x.press("t", "esc", k)
			x.shows("There is no delivery to do that with.")
			x.m.said.now = result{}
		}
	})
}

func TestVComesBackToThePayloadAsItWas(t *testing.T) {
	at(t, 80, 24, newMemoryLog(delivery(1)), func(x *hand) {
		x.press("tab", "v")
		x.shows("[Payload]", "▾ data")
		x.press("v")
		x.shows(`   "data": {`)
	})
}

func TestTheShellIsAskedForWhereListeningStopsMeanwhile(t *testing.T) {
	for own, keys := range map[bool][]string{true: {"ctrl+z", "n", "ctrl+z", "y", "ctrl+z", "ctrl+z"}, false: {"ctrl+z", "ctrl+z"}} {
		at(t, 80, 24, newMemoryLog(), func(x *hand) {
			for i, k := range keys {
				if x.press(k); own && i == 0 {
					x.shows("Until fg, nothing is taken in. Back to the shell? y/n")
				}
			}
			if x.suspended != 2 {
				t.Errorf("it went to the shell %d times, want 2 (own: %v)", x.suspended, own)
			}
			x.shows("? help")
		}, func(o *Options) { o.Own = own })
	}
}
