package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
)

// editorTime is long enough for an edit (package actions).
const editorTime = 100 * time.Millisecond

func TestAnEditIsSentOnlyIfTheBodyChanged(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *user) {
		x.press("e")
		x.advance(editorTime)
		x.shows("Nothing was changed, so nothing is sent.")
		x.actions.edited = `{"event":"x"}`
		x.press("e")
		x.advance(editorTime)
		x.shows("dlv_000001 edited and sent as dlv_edited: ✓ 200 in 3 ms")
		body := string(delivery(1).Body)
		want := []string{"edit " + body, "edit " + body, `send dlv_000001aaaa {"event":"x"}`}
		if diff := cmp.Diff(want, x.actions.calls); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOnlyOneEditorIsOpenAtATime(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *user) {
		e := tea.KeyPressMsg{Code: 'e', Text: "e"}
		x.handle(e)
		x.handle(e)
		x.settle()
		x.advance(editorTime)
		x.press("e")
		x.advance(editorTime)
		body := string(delivery(1).Body)
		if diff := cmp.Diff([]string{"edit " + body, "edit " + body}, x.actions.calls); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheScreenStaysIfTheBodyCannotBeEdited(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 2)...), func(x *user) {
		x.m.actions.Exec = func(tea.ExecCommand, tea.ExecCallback) tea.Cmd {
			t.Error("the editor was started")
			return nil
		}
		for range 2 {
			x.actions.err = &adviceError{"the body is not text, so it can't be edited", "look at its bytes"}
			x.press("e")
			x.shows("! the body is not text, so it can't be edited: look at its bytes")
			x.press("y")
		}
		if n := len(x.actions.calls); n != 2 {
			t.Errorf("Edit was called %d times, want 2", n)
		}
	})
}
