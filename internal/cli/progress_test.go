package cli_test

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func TestLongLoadRunsShowProgressOnATerminal(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, tc := range []struct {
		name  string
		args  []string
		quiet func(*cli.Environment)
		shows bool
	}{
		{"seconds", []string{"--count", "100", "--rate", "50"}, nil, true},
		// The clock stands still, so the run takes no time by the clock.
		{"a moment", []string{"--count", "5"}, func(w *cli.Environment) {
			now := time.Now()
			w.Now = func() time.Time { return now }
		}, false},
		{"quiet", []string{"--count", "30", "--rate", "50", "-q"}, nil, false},
		{"no terminal", []string{"--count", "30", "--rate", "50"}, func(w *cli.Environment) { w.StderrTerminal = false }, false},
		{"a terminal that can't", []string{"--count", "30", "--rate", "50"}, func(w *cli.Environment) {
			before := w.LookupEnv
			w.LookupEnv = func(name string) (string, bool) {
				if name == "TERM" {
					return "dumb", true
				}
				return before(name)
			}
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			x := newTerminal(t, 80)
			w := x.environment(nil, append([]string{"trigger", "render.complete", "--to", h.addr()}, tc.args...)...)
			w.Now, w.Random = time.Now, rand.Reader // a load run needs a real clock
			if tc.quiet != nil {
				tc.quiet(&w)
			}
			if code := cli.Main(context.Background(), w); code != 0 {
				t.Errorf("got exit code %d, want 0", code)
			}
			screen := x.screen.String()
			if got := regexp.MustCompile(`\r[^\r]*█[^\r]*  \d+ of \d+   \d+/s`).MatchString(screen); got != tc.shows {
				t.Errorf("progress: got %t, want %t; the screen:\n%q", got, tc.shows, screen)
			}
			if tc.shows && !strings.Contains(screen, "  \r") {
				t.Errorf("the line is not taken away; the screen:\n%q", screen)
			}
		})
	}
}
