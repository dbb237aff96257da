package cli_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

// on runs a command the given number of days later and returns its exit code and output.
func (x *terminal) on(days int, args ...string) (code int, screen string) {
	x.t.Helper()
	w := x.environment(nil, args...)
	w.Now = func() time.Time { return x.clock.now().AddDate(0, 0, days) }
	x.mu.Lock()
	x.screen.Reset()
	x.mu.Unlock()
	code = cli.Main(context.Background(), w)
	return code, x.screen.String()
}

func TestTimesOfAnotherDayHaveTheirDateAndCanBeTyped(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	x.run("trigger", "render.complete", "--to", h.addr()) // on 2026-03-02, a Monday, at 14:02:07

	if _, got := x.on(0, "webhooks", "list"); strings.Contains(got, "2026-03-02") {
		t.Errorf("a list of today's deliveries shows the date:\n%s", got)
	}
	_, got := x.on(1, "webhooks", "list")
	lines := strings.Split(got, "\n")
	if len(lines) < 3 || lines[1] != "2026-03-02" || !strings.HasPrefix(lines[2], "14:02:07 ") {
		t.Errorf("a list of yesterday's delivery does not show its date above it:\n%s", got)
	}
	id := got[strings.Index(got, "dlv_"):][:len("dlv_")+6]
	if _, got := x.on(1, "webhooks", "show", id+"zzz"); !strings.Contains(got, "closest match: "+id+" (render.complete, 2026-03-02 14:02:07)") {
		t.Errorf("an id that is proposed has no date:\n%s", got)
	}
	if _, got := x.on(1, "__complete", "replay", ""); !strings.Contains(got, "2026-03-02 14:02:07") {
		t.Errorf("what the shell offers has no date:\n%s", got)
	}
	for _, since := range []string{"2026-03-02", "2026-03-02 14:02:07", "2026-03-02T14:02:07", "yesterday", "25 hours ago", "monday", "yesterday 14:02"} {
		if code, got := x.on(1, "webhooks", "list", "--since", since); code != 0 || !strings.Contains(got, "1 delivery") {
			t.Errorf("--since %q: got exit code %d, want the delivery of yesterday:\n%s", since, code, got)
		}
		if code, got := x.on(1, "webhooks", "list", "--filter", `since:"`+since+`"`); code != 0 || !strings.Contains(got, "1 delivery") {
			t.Errorf("since:%q: got exit code %d, want the delivery of yesterday:\n%s", since, code, got)
		}
		if code, got := x.on(1, "webhooks", "prune", "--dry-run", "--until", "today", "--older-than", since); code != 0 {
			t.Errorf("--older-than %q: got exit code %d:\n%s", since, code, got)
		}
	}
}

func TestAnUnquotedTimeIsExplained(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	for typed, want := range map[string]string{
		"webhooks list --since 1 day ago":              "quote a time that has spaces: --since '1 day ago'\n",
		"webhooks list --until 2026-03-02 14:03:10":    "quote a time that has spaces: --until '2026-03-02 14:03:10'\n",
		"webhooks prune --older-than 2 weeks":          "quote a time that has spaces: --older-than '2 weeks'\n",
		"webhooks list --since 1h render.complete":     "see vidiking webhooks list --help\n",
		"webhooks export --since yesterday 14:03 last": "cannot combine ids with flags that select deliveries",
	} {
		if code, got := x.on(0, strings.Fields(typed)...); code != 2 || !strings.Contains(got, want) {
			t.Errorf("%s: got exit code %d, want the hint %q:\n%s", typed, code, want, got)
		}
	}
}
