package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestTheListFollowsTheNewestWhileTheCursorIsThere(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *hand) {
		x.log.add(deliveries(30, 3)...)
		x.wait(time.Second)
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000032") {
			t.Errorf("the cursor is on %q, want the newest", row)
		}
		x.shows("33 ─")
		x.showsNot("new")
	})
}

func TestNothingThatArrivesMovesTheRowUnderTheCursor(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 500)...), func(x *hand) {
		x.press("up", "up", "up")
		at, row := x.cursorRow()
		n := 500
		for range 50 {
			x.log.add(deliveries(n, 100)...)
			n += 100
			x.wait(20 * time.Millisecond)
			if now, text := x.cursorRow(); now != at || text != row {
				t.Fatalf("the cursor was on line %d: %q\nand is on line %d: %q", at, row, now, text)
			}
		}
		x.wait(time.Second)
		x.shows("↓ 1,000+ new", "5,500 ─")
		if len(x.m.list.rows) > 2*margin*24 {
			t.Errorf("%d rows are kept in memory", len(x.m.list.rows))
		}
		x.press("G")
		if _, row := x.cursorRow(); !strings.Contains(row, "job_005499") {
			t.Errorf("after G the cursor is on %q", row)
		}
		x.showsNot("new")
	})
}

func TestWhatIsOnTheScreenIsNotNew(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 4)...), func(x *hand) {
		x.press("up", "up")
		x.log.add(deliveries(4, 2)...)
		x.wait(time.Second)
		x.shows("job_000005")
		x.showsNot("new")
		x.log.add(deliveries(6, 10)...)
		x.wait(time.Second)
		x.shows("↓ 10 new") // of which some are on the screen, and the last is not
	})
}

func TestScrollingGoesAllTheWayWhileDeliveriesArrive(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 3000)...), func(x *hand) {
		want := 2999
		for i := range 600 {
			x.press("up")
			want--
			if i%10 == 0 {
				x.log.add(deliveries(3000+i, 5)...)
				x.wait(15 * time.Millisecond)
			}
			if s, _ := x.m.current(); s.ID != delivery(want).ID {
				t.Fatalf("after %d times up the cursor is on %s, want %s", i+1, s.ID, delivery(want).ID)
			}
		}
		x.press("g")
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000000") {
			t.Errorf("after g the cursor is on %q", row)
		}
		x.press("pgdown", "down")
		if s, _ := x.m.current(); s.ID != delivery(10).ID {
			t.Errorf("a page and one down is %s, want %s", s.ID, delivery(10).ID)
		}
		if x.log.most > 2*margin*24 {
			t.Errorf("%d rows were asked for at once", x.log.most)
		}
	})
}

func TestTheDetailIsOfTheRowUnderTheCursor(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *hand) {
		for i := 98; i > 60; i-- {
			x.press("k")
			x.shows(`"job_0000` + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `"`)
		}
	})
}

func TestLateAnswersToOlderQuestionsAreDropped(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *hand) {
		before := x.screen()
		old := x.m.pages.n
		x.press("up")
		x.press("down")
		x.tell(pageMsg{n: old - 1, page: view.Page{}})
		x.tell(detailMsg{n: x.m.details.n - 1, subject: &subject{delivery: delivery(1)}})
		x.tell(totalsMsg{n: x.m.counts.n - 1, totals: view.Totals{All: 7}})
		if got := x.screen(); got != before {
			t.Errorf("a late answer changed the screen from\n%s\nto\n%s", before, got)
		}
	})
}

func TestAPrunedRowGivesTheCursorToItsNeighbour(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *hand) {
		x.press("up", "up", "up", "up", "up")
		x.log.change(func() { x.log.all = x.log.all[95:] })
		x.wait(time.Second)
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000095") {
			t.Errorf("the cursor is on %q, want the neighbour of what went", row)
		}
		x.press("j")
		x.shows(`"job_000096"`)
	})
}

func TestAnEmptiedLogLeavesAnEmptyScreen(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 20)...), func(x *hand) {
		x.press("up", "up")
		x.log.change(func() { x.log.all = nil })
		x.wait(3 * time.Second)
		x.shows("No deliveries yet. Send one: t")
		x.press("j", "k", "r", "e", "enter", "y", "d", "space", "g", "G", "tab", "v")
		x.log.add(delivery(500))
		x.wait(time.Second)
		x.shows("job_000500")
	})
}

func TestResizingKeepsTheCursorInSight(t *testing.T) {
	at(t, 200, 50, newMemoryLog(deliveries(0, 300)...), func(x *hand) {
		x.press("up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up")
		for _, size := range []struct{ w, h int }{{80, 24}, {60, 15}, {59, 15}, {40, 3}, {1, 1}, {500, 120}, {110, 15}, {109, 60}, {80, 24}} {
			x.tell(tea.WindowSizeMsg{Width: size.w, Height: size.h})
			lines := x.m.screen()
			if len(lines) != size.h {
				t.Fatalf("%d lines at %v", len(lines), size)
			}
			for i, l := range lines {
				if l.width() != size.w {
					t.Fatalf("line %d at %v takes %d cells: %q", i, size, l.width(), l)
				}
			}
			if !tooSmall(size.w, size.h) {
				if _, row := x.cursorRow(); !strings.Contains(row, "23:00:00") {
					t.Fatalf("the cursor is on %q at %v", row, size)
				}
			}
		}
		if s, _ := x.m.current(); s.ID != delivery(279).ID {
			t.Errorf("the cursor is on %s, want %s", s.ID, delivery(279).ID)
		}
	})
}

func TestNoFrameIsMadeWhileNothingChanges(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *hand) {
		x.wait(2 * time.Second)
		x.m.totals.Rate.PerSecond = 0 // a rate that falls is a change
		made := 0
		for range 300 {
			x.wait(10 * time.Millisecond)
			if x.m.dirty {
				made++
			}
		}
		pages := x.log.pages
		x.wait(10 * time.Second)
		if made > 0 || x.log.pages != pages {
			t.Errorf("%d frames and %d questions while nothing happened", made, x.log.pages-pages)
		}
	})
}

func TestAFloodIsLookedAtAFewTimesASecond(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *hand) {
		x.wait(time.Second)
		before := x.log.pages
		for i := range 200 {
			x.log.add(delivery(30 + i))
			x.wait(10 * time.Millisecond)
		}
		if n := x.log.pages - before; n > 30 || n < 15 {
			t.Errorf("the log was looked at %d times in 2 s of a flood, want about 10 a second", n)
		}
	})
}

func TestAFirstDeliveryShowsWithinAFrame(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.wait(2 * time.Second)
		x.log.add(delivery(1))
		x.settle() // without any time going by
		x.shows("job_000001")
	})
}

func TestWaitingRowsSayForHowLong(t *testing.T) {
	d := delivery(1)
	d.Status, d.Attempts, d.History, d.ReceivedAt = webhook.StatusPending, 0, nil, born
	at(t, 80, 24, newMemoryLog(d), func(x *hand) {
		x.wait(3 * time.Second)
		x.shows("waiting       3.0 s")
		x.wait(400 * time.Millisecond)
		x.shows("waiting       3.4 s")
	})
}

func TestPauseHoldsTheViewStill(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *hand) {
		x.press("p")
		late := deliveries(30, 7)
		for i := range late {
			late[i].ReceivedAt = born.Add(time.Minute)
		}
		x.log.add(late...)
		x.wait(time.Second)
		x.shows("paused ─ ↓ 7 new", "job_000029")
		x.showsNot("job_000030")
		x.press("up", "down", "G")
		x.showsNot("job_000030")
		x.press("p")
		x.wait(time.Second)
		x.shows("job_000036")
		x.showsNot("paused")
	})
}

func TestTheMouseClicksAndScrolls(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *hand) {
		x.tell(tea.MouseClickMsg{X: 20, Y: 5, Button: tea.MouseLeft})
		if at, row := x.cursorRow(); at != 5 || !strings.Contains(row, "job_000093") {
			t.Errorf("after a click on line 5 the cursor is on line %d: %q", at, row)
		}
		x.tell(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelUp})
		if s, _ := x.m.current(); s.ID != delivery(90).ID {
			t.Errorf("a notch up is %s, want %s", s.ID, delivery(90).ID)
		}
		tab := strings.Index(x.lines()[12], "Attempts")
		x.tell(tea.MouseClickMsg{X: len([]rune(x.lines()[12][:tab])) + 1, Y: 12, Button: tea.MouseLeft})
		x.shows("[Attempts]", "X-Powered-By")
		x.tell(tea.MouseClickMsg{X: 3, Y: 13, Button: tea.MouseLeft})
		x.showsNot("X-Powered-By")
		x.tell(tea.MouseWheelMsg{X: 20, Y: 20, Button: tea.MouseWheelDown})
	})
}
