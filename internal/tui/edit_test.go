package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
)

func TestAnEditIsSentOnlyWhereSomethingWasChanged(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *hand) {
		x.press("e")
		x.wait(leastAway)
		x.shows("Nothing was changed, so nothing is sent.")
		x.actions.edited = `{"event":"x"}`
		x.press("e")
		x.wait(leastAway)
		x.shows("dlv_000001 sent again as dlv_edited: ✓ 200 in 3 ms")
		body := string(delivery(1).Body)
		want := []string{"edit " + body, "edit " + body, `send dlv_000001aaaa {"event":"x"}`}
		if diff := cmp.Diff(want, x.actions.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOneEditorIsOpenAtATime(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *hand) {
		e := tea.KeyPressMsg{Code: 'e', Text: "e"}
		x.take(e)
		x.take(e)
		x.settle()
		x.wait(leastAway)
		x.press("e")
		x.wait(leastAway)
		body := string(delivery(1).Body)
		if diff := cmp.Diff([]string{"edit " + body, "edit " + body}, x.actions.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheScreenStaysForWhatCannotBeEdited(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *hand) {
		x.m.exec = func(tea.ExecCommand, tea.ExecCallback) tea.Cmd {
			t.Error("the terminal was given away")
			return nil
		}
		for range 2 {
			x.actions.err = &advised{"the body is not text, so it can't be edited", "look at its bytes"}
			x.press("e")
			x.shows("! the body is not text, so it can't be edited: look at its bytes")
			x.press("y")
		}
		if n := len(x.actions.asked); n != 2 {
			t.Errorf("it was tried %d times, want 2", n)
		}
	})
}

func TestAnEditorThatEndsAtOnceLetsTheScreenGoFirst(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(*hand) {
		begun := time.Now()
		if err := (unhurried{&fakeEdit{}}).Run(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != leastAway {
			t.Errorf("it was away for %s, want %s", took, leastAway)
		}
	})
}
