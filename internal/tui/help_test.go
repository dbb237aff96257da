package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/view"
)

func TestKeysWithoutAnActionOrToolDoNothing(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(delivery(1)), func(x *user) {
		before := x.screen()
		x.press("r", "R", "e", "t", "d", "c", "s")
		if diff := cmp.Diff(before, x.screen()); diff != "" {
			t.Error(diff)
		}
		x.showsNot("replay")
		x.press("?")
		x.showsNot("re-sign")
	}, func(o *Options) { o.Actions, o.Tools = nil, view.Tools{} })
}

func TestEveryKeyIsInTheHelp(t *testing.T) {
	onScreen(t, 220, 60, newMemoryLog(delivery(1)), func(x *user) {
		x.press("?")
		for _, g := range x.m.keys.Groups() {
			for _, b := range g.Keys {
				x.shows(b.Long)
			}
		}
		x.press("esc")
		x.shows("[Story]")
	})
}

func TestTheFooterShowsTheKeysThatAreUsefulNow(t *testing.T) {
	footer := func(x *user) string { l := x.lines(); return l[len(l)-1] }
	onScreen(t, 120, 40, newMemoryLog(), func(x *user) {
		if got := footer(x); got != " t trigger  ? help  q quit" {
			t.Errorf("with an empty log: got %q", got)
		}
	})
	onScreen(t, 120, 40, newMemoryLog(deliveries(0, 9)...), func(x *user) {
		for _, step := range []struct {
			keys []string
			has  string
			not  string
		}{
			{nil, "r replay", "esc"},
			{[]string{"up", "up", "space", "space"}, "esc unmark  space mark  R replay 2", "r replay  "},
			{[]string{"esc", "p"}, "p resume", "esc"},
			{[]string{"p", "enter"}, "esc list", "fold"},
			{[]string{"tab", "down", "down"}, "enter fold", "unfold"},
			{[]string{"enter"}, "enter unfold", "p resume"},
			{[]string{"tab"}, "tab next", "v format"},
			{[]string{"esc", "/", "e", "v"}, "enter keep  esc cancel  tab complete", "select"},
			{[]string{"ctrl+u"}, "ctrl+n select", "detail"},
			{[]string{"x", "y", "z"}, "enter keep  esc cancel", "complete"},
			{[]string{"enter"}, "esc clear filter", "enter detail"},
		} {
			x.press(step.keys...)
			if got := footer(x); !strings.Contains(got, step.has) || strings.Contains(got, step.not) {
				t.Errorf("after %q: got the footer %q, want %q and not %q", step.keys, got, step.has, step.not)
			}
		}
	})
}

func TestTheHelpScrolls(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.press("?")
		x.shows("Move", "Send", "replay", "more ")
		x.press("pgdown")
		x.shows("save the body to a file")
		x.showsNot("more ")
		x.press("pgup", "down")
		x.showsNot("Move")
		x.send(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelUp})
		x.shows("Move")
	})
}
