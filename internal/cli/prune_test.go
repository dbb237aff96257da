package cli_test

import (
	"context"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func TestPruneAsksBeforeItDeletesEverything(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	x.run("trigger", "render.complete", "--to", h.addr())
	x.run("trigger", "render.complete", "--to", h.addr())

	for _, flags := range [][]string{
		{"--keep", "0"}, {"--older-than", "0s"}, {"--status", "delivered"}, {"--event", "render.*"}, {"--since", "1d"}, {"--filter", "-job_none"},
	} {
		prune := append([]string{"webhooks", "prune"}, flags...)
		x.types = ""
		x.checkEnds(x.environment(nil, prune...), 2, "error: this deletes all 2 deliveries in the log, and there is no terminal to confirm it\nhint:  add --yes")
		for _, answer := range []string{"n\n", "\n", "yesterday\n"} {
			x.types = answer
			x.checkEnds(x.environment(nil, prune...), 1, "Delete all 2 deliveries in the log? y/n Nothing was changed.\n")
		}
		x.types = ""
		if code := cli.Main(context.Background(), x.environment(nil, append(prune, "--dry-run")...)); code != 0 {
			t.Errorf("%v --dry-run: got exit code %d, want 0", prune, code)
		}
	}

	x.checkEnds(x.environment(nil, "webhooks", "prune", "--keep", "1"), 0, "\n1 delivery deleted")
	x.checkEnds(x.environment(nil, "webhooks", "prune", "--keep", "0"), 2, "error: this deletes the only delivery in the log, and there is no terminal to confirm it\n")
	x.types = "y\n"
	x.checkEnds(x.environment(nil, "webhooks", "prune", "--keep", "0"), 0, "Delete the only delivery in the log? y/n \n1 delivery deleted")
}

func TestPruneWithYesDoesNotAsk(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	x.run("trigger", "render.complete", "--to", h.addr())
	x.checkEnds(x.environment(nil, "webhooks", "prune", "--keep", "0", "--yes"), 0, "\n1 delivery deleted")
}
