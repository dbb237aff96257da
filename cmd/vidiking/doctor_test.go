package main

import (
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestDoctorChecksTheTunnelThatListenWouldUse(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	found := func(flags ...string) string {
		_, stdout, _ := w.run(t, "vidiking", append([]string{"doctor", "--no-sample"}, flags...)...)
		for line := range strings.Lines(stdout) {
			if strings.Contains(line, "\ttunnel\t") {
				return strings.TrimSpace(line)
			}
		}
		return stdout
	}
	if got, want := found(), "ok\ttunnel\tngrok, with the token from NGROK_AUTHTOKEN; ngrok responds"; got != want {
		t.Errorf("a good token: got %q, want %q", got, want)
	}
	l := w.startTunnel(t, "vidiking", "localhost:1")
	if got, want := found(), "a running listen has one open: "+l.url; !strings.Contains(got, want) || len(edge.Auths()) != 2 {
		t.Errorf("next to a listen: got %q after %d tokens, want %q and no third agent", got, len(edge.Auths()), want)
	}
	l.interrupt()
	edge.RejectAuth("authentication failed: " + ngrokToken + "\n\nERR_NGROK_107")
	got := found()
	if !strings.HasPrefix(got, "failed\ttunnel\tngrok refused the token from NGROK_AUTHTOKEN (ERR_NGROK_107)\t") || strings.Contains(got, ngrokToken) {
		t.Errorf("a refused token: got %q, want it reported without the token", got)
	}
	edge.Stop()
	if got := found(); !strings.HasPrefix(got, "failed\ttunnel\tcan't reach ngrok: ") {
		t.Errorf("no edge: got %q, want that it can't be reached", got)
	}
}
