package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/view"
)

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
	}, func(o *Options) { o.Actions, o.Tools = nil, view.Tools{} })
}

func TestEveryKeyIsInTheHelp(t *testing.T) {
	at(t, 140, 60, newMemoryLog(), func(x *hand) {
		x.press("?")
		for _, g := range x.m.keys.groups() {
			for _, b := range g.keys {
				x.shows(b.whole)
			}
		}
		x.press("esc")
		x.shows("[Payload]")
	})
}

func TestTheFooterNamesWhatMakesSenseNow(t *testing.T) {
	footer := func(x *hand) string { l := x.lines(); return l[len(l)-1] }
	at(t, 120, 40, newMemoryLog(), func(x *hand) {
		if got := footer(x); got != " t trigger  ? help  q quit" {
			t.Errorf("with nothing there: %q", got)
		}
	})
	at(t, 120, 40, newMemoryLog(deliveries(0, 9)...), func(x *hand) {
		for _, step := range []struct {
			keys []string
			has  string
			not  string
		}{
			{nil, "r replay", "esc"},
			{[]string{"up", "up", "space", "space"}, "esc unmark  space mark  R replay 2", "r replay  "},
			{[]string{"esc", "p"}, "p go on", "esc"},
			{[]string{"p", "enter"}, "esc list", "fold"},
			{[]string{"down", "down", "down", "down", "down"}, "enter fold", "unfold"},
			{[]string{"enter"}, "enter unfold", "p go on"},
			{[]string{"tab"}, "tab next", "v form"},
			{[]string{"esc", "/", "e", "v"}, "enter keep  esc back  tab complete", "another"},
			{[]string{"ctrl+u"}, "↑↓ another", "detail"},
			{[]string{"x", "y", "z"}, "enter keep  esc back", "complete"},
			{[]string{"enter"}, "esc unfilter", "enter detail"},
		} {
			x.press(step.keys...)
			if got := footer(x); !strings.Contains(got, step.has) || strings.Contains(got, step.not) {
				t.Errorf("after %q the footer is %q, want %q and not %q", step.keys, got, step.has, step.not)
			}
		}
	})
}

func TestTheHelpFitsAWindowOf80By24(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.actions.err = &advised{strings.Repeat("a long error ", 9), "which takes the room of lines"}
		x.press("t", "enter", "?")
		for _, g := range x.m.keys.groups() {
			for _, k := range g.keys {
				x.shows(k.what)
			}
		}
		x.showsNot("more")
	})
	at(t, 60, 15, newMemoryLog(), func(x *hand) {
		x.press("?")
		x.shows("↓ 27 more")
		x.press("down")
		x.shows("↓ 26 more")
		x.tell(tea.MouseWheelMsg{X: 20, Y: 5, Button: tea.MouseWheelDown})
		x.shows("↓ 23 more")
		x.press("pgdown")
		x.shows("save the body to a file")
		x.showsNot("more")
	})
}
