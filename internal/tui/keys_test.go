package tui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
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

func TestWhatFailsIsSaidWithWhatToDo(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *hand) {
		x.actions.err = &advised{"listen does not answer", "start it again"}
		x.press("r")
		x.shows("! listen does not answer: start it again")
		x.wait(time.Minute)
		x.shows("! listen does not answer: start it again")
		x.press("y")
		x.showsNot("listen does not answer")
		x.actions.err = &advised{"can't open " + strings.Repeat("a very long path/", 20), "use another directory: --data-dir DIR"}
		x.press("r")
		x.shows("path/: use another directory: --data-dir DIR")
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
		x.shows("0 of 2 delivered")
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
		x.press("enter", "R", "y", "esc")
		x.shows("Stopped: 0 of 9 sent")
		close(x.actions.gate)
		x.wait(time.Second)
		if len(x.actions.asked) != 1 {
			t.Errorf("asked %q after esc", x.actions.asked)
		}
	})
}

func TestAnEditIsSentOnlyWhereSomethingWasChanged(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *hand) {
		x.press("e")
		x.shows("Nothing was changed, so nothing is sent.")
		x.actions.edited = `{"event":"x"}`
		x.press("e")
		x.shows("dlv_000001 sent again as dlv_edited: ✓ 200 in 3 ms")
		body := string(delivery(1).Body)
		want := []string{"edit " + body, "edit " + body, `send dlv_000001aaaa {"event":"x"}`}
		if diff := cmp.Diff(want, x.actions.asked); diff != "" {
			t.Error(diff)
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

func TestTheFilterNarrowsWithEachKeyAndIsKept(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	log.all[7].Event = "ai.failed"
	at(t, 80, 24, log, func(x *hand) {
		x.press("/")
		x.write("ai.")
		x.shows("─ / ai.", "1 of 50", "job_000007")
		x.press("enter", "/")
		x.shows("─ / ai.")
		x.press("ctrl+u")
		x.shows("50 ─")
		x.press("esc")
		x.shows("─ / ai. ", "1 of 50")
		x.press("/", "ctrl+u")
		x.write("event:ai.f")
		x.press("tab")
		x.shows("─ / event:ai.failed", "1 of 50")
		x.press("enter")
		x.press("/")
		x.write(" nothing")
		x.shows("None of the 50 deliveries match.")
		x.tell(tea.PasteMsg{Content: " or\n\x1b[31mthat"})
		x.shows("nothing or [31mthat")
	})
}

func TestTheScreenBeginsWithTheFilterThatWasGiven(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	log.all[7].Event = "ai.failed"
	at(t, 80, 24, log, func(x *hand) {
		x.shows("─ / event:ai.*", "1 of 50")
		x.press("/", "ctrl+u", "enter")
		x.shows("50 ─")
	}, func(o *Options) { o.Filter = "event:ai.*" })
}

func TestASinceMovesOn(t *testing.T) {
	d := delivery(1)
	d.ReceivedAt = born.Add(-5 * time.Minute)
	at(t, 80, 24, newMemoryLog(d), func(x *hand) {
		x.press("/")
		x.write("since:10m")
		x.press("enter")
		x.shows("1 of 1")
		x.wait(6 * time.Minute)
		x.log.add(delivery(2))
		x.wait(time.Second)
		x.shows("0 of 2")
	})
}

func TestTheChooserWritesTheFilter(t *testing.T) {
	at(t, 80, 24, story(), func(x *hand) {
		x.press("f", "space", "down", "space")
		x.shows("/ event:render.*,ai.*", "✓ render.*")
		x.press("space", "right", "space", "enter")
		x.shows("/ event:render.* status:failed", "[Payload]")
		x.press("f", "space", "esc")
		x.shows("/ event:render.* status:failed")
	})
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

func TestNoticesAreSaid(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.notices <- Notice{Good: true, Text: "localhost:3000 is back. It missed 2 deliveries."}
		x.settle()
		x.shows("✓ localhost:3000 is back. It missed 2 deliveries.")
		x.notices <- Notice{Text: "POST /hook got 404"}
		x.settle()
		x.shows("! POST /hook got 404")
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

func TestALogThatCannotBeReadIsSaidAndAskedAgain(t *testing.T) {
	log := newMemoryLog(deliveries(0, 3)...)
	failing := &failingLog{memoryLog: log}
	at(t, 80, 24, log, func(x *hand) {
		failing.fails.Store(true)
		x.log.add(delivery(3))
		x.wait(300 * time.Millisecond)
		x.shows("! the delivery log is damaged", "job_000002")
		failing.fails.Store(false)
		x.wait(2 * time.Second)
		x.shows("job_000003")
	}, func(o *Options) { o.Log = failing })
}

// failingLog cannot be read at times.
type failingLog struct {
	*memoryLog
	fails atomic.Bool
}

func (l *failingLog) Page(ctx context.Context, q PageQuery) (Page, error) {
	if l.fails.Load() {
		return Page{}, errors.New("the delivery log is damaged")
	}
	return l.memoryLog.Page(ctx, q)
}

func TestKeysWithoutATool(t *testing.T) {
	at(t, 80, 24, newMemoryLog(delivery(1)), func(x *hand) {
		before := x.screen()
		x.press("r", "R", "e", "t", "d", "c", "s")
		if diff := cmp.Diff(before, x.screen()); diff != "" {
			t.Error(diff)
		}
		x.showsNot("replay")
		x.press("?")
		x.showsNot("send it again")
	}, func(o *Options) { o.Actions, o.Tools = nil, Tools{} })
}

func TestEveryKeyIsInTheHelp(t *testing.T) {
	at(t, 120, 60, newMemoryLog(), func(x *hand) {
		x.press("?")
		for _, g := range x.m.keys.groups() {
			for _, b := range g.keys {
				x.shows(b.Help().Desc)
			}
		}
		x.press("esc")
		x.shows("[Payload]")
	})
}

func TestOneEditorIsOpenAtATime(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *hand) {
		e := tea.KeyPressMsg{Code: 'e', Text: "e"}
		x.take(e)
		x.take(e)
		x.settle()
		x.press("e")
		body := string(delivery(1).Body)
		if diff := cmp.Diff([]string{"edit " + body, "edit " + body}, x.actions.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestANoticeKeepsWhatToDoWhole(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.notices <- Notice{Text: "POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking.", Next: " To take them there: vidiking listen --path /hook"}
		x.settle()
		x.shows("! POST /a/path/t…oks/vidiking. To take them there: vidiking listen --path /hook\n")
	})
}
