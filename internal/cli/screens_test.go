package cli_test

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestTheMainWorkflowMatchesTheDocumentation(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	l := x.listen("--forward", h.addr())
	x.run("trigger", "render")
	h.refuse.Store(true)
	x.run("trigger", "render.complete")
	x.run("trigger", "render.failed", "--corrupt", "body")
	l.shows("rejected") // the causes of rows depend on what the handler answered before they were printed
	h.refuse.Store(false)
	x.run("replay", "--failed")
	x.run("webhooks", "list")
	x.run("webhooks", "show", "last")
	x.run()
	l.shows("↻")
	if code := l.interrupt(); code != 0 {
		t.Errorf("listen: got exit code %d, want 0", code)
	}
	x.golden("main-job.txt")
	l.golden("listen.txt")
}

func TestAHandlerOutageIsReportedOnceWithItsEnd(t *testing.T) {
	t.Parallel()
	addr := testkit.FreeAddr(t)
	x := newTerminal(t, 80)
	l := x.listen("--forward", addr)
	x.run("trigger", "wallet")
	l.shows("wallet.deposit")
	back := restart(t, addr)
	defer back()
	l.shows("is back")
	l.interrupt()
	l.golden("handler-down.txt")
}

func TestOutputFitsTheTerminalsWidthAndLocale(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, tc := range []struct {
		golden string
		width  int
		env    map[string]string
	}{
		{"wide.txt", 120, nil},
		{"narrow.txt", 60, nil},
		{"ascii.txt", 80, map[string]string{"LANG": "C"}},
		{"color.txt", 80, map[string]string{"NO_COLOR": ""}},
		{"no-color.txt", 80, map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}},
	} {
		t.Run(tc.golden, func(t *testing.T) {
			t.Parallel()
			x := newTerminal(t, tc.width)
			for name, value := range tc.env {
				x.env[name] = value
			}
			x.run("trigger", "all", "--to", h.addr())
			x.run("trigger", "ai.complete", "--to", h.addr(), "--signature-style", "bare")
			x.run("webhooks", "list")
			x.run("webhooks", "show", "last", "-v")
			x.golden(tc.golden)
		})
	}
}

func TestQuietPrintsOnlyUndeliveredDeliveries(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	x.run("trigger", "all", "--to", h.addr(), "-q")
	x.run("trigger", "ai.failed", "--to", h.addr(), "--corrupt", "none", "-q")
	x.golden("quiet.txt")
}
