package cli_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestListenSuggestsACommandThatListsTheSameCount(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	h.refuse.Store(true)
	x := newTerminal(t, 80)
	// listenOnce returns the command that a listen ends with after one delivery was refused.
	listenOnce := func() string {
		l := x.listen("--forward", h.addr())
		x.run("trigger", "render.failed")
		l.shows("401 refused")
		l.interrupt()
		end := regexp.MustCompile(`(?m)^1 undelivered: vidiking (.*)$`).FindStringSubmatch(l.screen.String())
		if end == nil {
			t.Fatalf("no such line:\n%s", l.screen.String())
		}
		return end[1]
	}

	if got, want := listenOnce(), "webhooks list --failed"; got != want {
		t.Errorf("got the command %q, want %q", got, want)
	}
	x.run("webhooks", "prune", "--keep", "0", "--yes")
	x.run("trigger", "render.complete", "--to", h.addr())
	x.clock.ticks.Add(60_000)
	got := listenOnce()
	if want := "webhooks list --failed --since 14:03:"; !strings.HasPrefix(got, want) {
		t.Errorf("the log has an older one: got the command %q, want %s…", got, want)
	}
	if _, list := x.on(0, strings.Fields(got)...); !strings.Contains(list, "render.failed") || strings.Contains(list, "render.complete") {
		t.Errorf("%s: want the delivery of the listen alone:\n%s", got, list)
	}
}
