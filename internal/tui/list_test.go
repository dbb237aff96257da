package tui

import (
	"github.com/vidiking/vidiking-cli/internal/tui/detail"
	"github.com/vidiking/vidiking-cli/internal/tui/header"
	"github.com/vidiking/vidiking-cli/internal/tui/list"

	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestTheListFollowsWhileTheCursorIsOnTheNewestRow(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *user) {
		x.log.add(deliveries(30, 3)...)
		x.advance(time.Second)
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000032") {
			t.Errorf("the cursor is on %q, want the newest row", row)
		}
		x.shows("33 ─")
		x.showsNot("new")
	})
}

func TestNewDeliveriesDoNotMoveTheRowUnderTheCursor(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 500)...), func(x *user) {
		x.press("up", "up", "up")
		at, row := x.cursorRow()
		n := 500
		for range 50 {
			x.log.add(deliveries(n, 100)...)
			n += 100
			x.advance(20 * time.Millisecond)
			if now, text := x.cursorRow(); now != at || text != row {
				t.Fatalf("the cursor moved from line %d: %q\nto line %d: %q", at, row, now, text)
			}
		}
		x.advance(time.Second)
		x.shows("↓ 1,000+ new", "5,500 ─")
		if len(x.m.list.Rows) > 2*list.MarginScreens*24 {
			t.Errorf("%d rows are kept in memory", len(x.m.list.Rows))
		}
		x.press("G")
		if _, row := x.cursorRow(); !strings.Contains(row, "job_005499") {
			t.Errorf("after G, the cursor is on %q", row)
		}
		x.showsNot("new")
	})
}

func TestVisibleDeliveriesAreNotNew(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 4)...), func(x *user) {
		x.press("up", "up")
		x.log.add(deliveries(4, 2)...)
		x.advance(time.Second)
		x.shows("job_000005")
		x.showsNot("new")
		x.log.add(deliveries(6, 10)...)
		x.advance(time.Second)
		x.shows("↓ 10 new") // some of them are visible, the newest is not
	})
}

func TestScrollingReachesEveryRowWhileDeliveriesArrive(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 3000)...), func(x *user) {
		want := 2999
		for i := range 600 {
			x.press("up")
			want--
			if i%10 == 0 {
				x.log.add(deliveries(3000+i, 5)...)
				x.advance(15 * time.Millisecond)
			}
			if s, _ := x.m.current(); s.ID != delivery(want).ID {
				t.Fatalf("after pressing up %d times, the cursor is on %s, want %s", i+1, s.ID, delivery(want).ID)
			}
		}
		x.press("g")
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000000") {
			t.Errorf("after g, the cursor is on %q", row)
		}
		x.press("pgdown", "down")
		if s, _ := x.m.current(); s.ID != delivery(x.m.list.Height()+1).ID {
			t.Errorf("after pgdown and down, the cursor is on %s, want %s", s.ID, delivery(x.m.list.Height()+1).ID)
		}
		if x.log.largestPage > 2*list.MarginScreens*24 {
			t.Errorf("%d rows were requested at once", x.log.largestPage)
		}
	})
}

func TestTheDetailShowsTheRowUnderTheCursor(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *user) {
		for i := 98; i > 60; i-- {
			x.press("k")
			x.shows(`"job_0000` + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `"`)
		}
	})
}

func TestResponsesToOutdatedRequestsAreDropped(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *user) {
		before := x.screen()
		x.press("up")
		x.press("down")
		x.send(list.PageMsg{})
		x.send(detail.LoadedMsg{})
		x.send(header.TotalsMsg{})
		if got := x.screen(); got != before {
			t.Errorf("an outdated response changed the screen from\n%s\nto\n%s", before, got)
		}
	})
}

func TestTheCursorMovesToTheNeighborOfAPrunedRow(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *user) {
		x.press("up", "up", "up", "up", "up")
		x.log.change(func() { x.log.all = x.log.all[95:] })
		x.advance(time.Second)
		if _, row := x.cursorRow(); !strings.Contains(row, "job_000095") {
			t.Errorf("the cursor is on %q, want the neighbor of the pruned row", row)
		}
		x.press("j")
		x.shows(`"job_000096"`)
	})
}

func TestAnEmptiedLogShowsAnEmptyScreen(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 20)...), func(x *user) {
		x.press("up", "up")
		x.log.change(func() { x.log.all = nil })
		x.advance(3 * time.Second)
		x.shows("Waiting for the first delivery")
		x.press("j", "k", "r", "e", "enter", "y", "d", "space", "g", "G", "tab", "v")
		x.log.add(delivery(500))
		x.advance(time.Second)
		x.shows("job_000500")
	})
}

func TestResizingKeepsTheCursorVisible(t *testing.T) {
	onScreen(t, 200, 50, newMemoryLog(deliveries(0, 300)...), func(x *user) {
		x.press("up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up")
		for _, size := range []struct{ w, h int }{{80, 24}, {60, 15}, {59, 15}, {40, 3}, {1, 1}, {500, 120}, {110, 15}, {109, 60}, {80, 24}} {
			x.send(tea.WindowSizeMsg{Width: size.w, Height: size.h})
			lines := (picture{x.m}).screen()
			if len(lines) != size.h {
				t.Fatalf("got %d lines at size %v", len(lines), size)
			}
			for i, l := range lines {
				if l.Width() != size.w {
					t.Fatalf("line %d at size %v is %d cells wide: %q", i, size, l.Width(), l)
				}
			}
			if !tooSmall(size.w, size.h) {
				if _, row := x.cursorRow(); !strings.Contains(row, "23:00:00") {
					t.Fatalf("the cursor is on %q at size %v", row, size)
				}
			}
		}
		if s, _ := x.m.current(); s.ID != delivery(279).ID {
			t.Errorf("the cursor is on %s, want %s", s.ID, delivery(279).ID)
		}
	})
}

func TestNoFrameIsRenderedWhileNothingChanges(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *user) {
		x.advance(2 * time.Second)
		x.m.header.Totals.Rate.PerSecond = 0 // a rate that falls is a change
		frames := 0
		for range 300 {
			x.advance(10 * time.Millisecond)
			if x.m.frame.dirty {
				frames++
			}
		}
		pages := x.log.pages
		x.advance(10 * time.Second)
		if frames > 0 || x.log.pages != pages {
			t.Errorf("%d frames and %d page requests while nothing changed, want none", frames, x.log.pages-pages)
		}
	})
}

func TestTheLogIsReadAtMostTenTimesASecond(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *user) {
		x.advance(time.Second)
		before := x.log.pages
		for i := range 200 {
			x.log.add(delivery(30 + i))
			x.advance(10 * time.Millisecond)
		}
		if n := x.log.pages - before; n > 30 || n < 15 {
			t.Errorf("the log was read %d times in 2 s, want about 10 times a second", n)
		}
	})
}

func TestTheFirstDeliveryIsShownImmediately(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.advance(2 * time.Second)
		x.log.add(delivery(1))
		x.settle() // without advancing the clock
		x.shows("job_000001")
	})
}

func TestPendingRowsShowTheirAge(t *testing.T) {
	d := delivery(1)
	d.Status, d.Attempts, d.History, d.ReceivedAt = webhook.StatusPending, 0, nil, startTime
	onScreen(t, 80, 24, newMemoryLog(d), func(x *user) {
		x.advance(3 * time.Second)
		x.shows("waiting       3.0 s")
		x.advance(400 * time.Millisecond)
		x.shows("waiting       3.4 s")
	})
}

func TestPauseFreezesTheView(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 30)...), func(x *user) {
		x.press("p")
		late := deliveries(30, 7)
		for i := range late {
			late[i].ReceivedAt = startTime.Add(time.Minute)
		}
		x.log.add(late...)
		x.advance(time.Second)
		x.shows("paused ─ ↓ 7 new", "job_000029")
		x.showsNot("job_000030")
		x.press("up", "down", "G")
		x.showsNot("job_000030")
		x.press("p")
		x.advance(time.Second)
		x.shows("job_000036")
		x.showsNot("paused")
	})
}

func TestMouseClicksAndScrolls(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 100)...), func(x *user) {
		line := x.lineWith("job_000095")
		x.send(tea.MouseClickMsg{X: 20, Y: line, Button: tea.MouseLeft})
		if at, row := x.cursorRow(); at != line || !strings.Contains(row, "job_000095") {
			t.Errorf("after a click on line %d, the cursor is on line %d: %q", line, at, row)
		}
		x.send(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelUp})
		if s, _ := x.m.current(); s.ID != delivery(92).ID {
			t.Errorf("after one notch up, the cursor is on %s, want %s", s.ID, delivery(92).ID)
		}
		tabs := x.lineWith("Response")
		before, _, _ := strings.Cut(x.lines()[tabs], "Response")
		x.send(tea.MouseClickMsg{X: len([]rune(before)) + 1, Y: tabs, Button: tea.MouseLeft})
		x.shows("[Response]", "X-Powered-By")
		x.send(tea.MouseClickMsg{X: 3, Y: tabs + 1, Button: tea.MouseLeft})
		x.showsNot("X-Powered-By")
		x.send(tea.MouseWheelMsg{X: 20, Y: 20, Button: tea.MouseWheelDown})
	})
}
