package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// busyLog returns a log with deliveries of every status.
func busyLog() *memoryLog {
	all := deliveries(0, 40)
	for i := range all {
		all[i].ReceivedAt = startTime.Add(-time.Hour + time.Duration(i)*time.Minute)
		all[i].Event = []string{"render.queued", "render.processing", "render.complete", "ai.complete", "wallet.low_balance"}[i%5]
	}
	set := func(i int, status webhook.Status, code int) *webhook.Delivery {
		all[i].Status, all[i].Code = status, code
		return &all[i]
	}
	all[30] = refused(all[30])
	all[30].Event = "render.complete"
	unreachable := set(31, webhook.StatusUnreachable, 0)
	unreachable.ResolvedBy, unreachable.Failure = all[36].ID, webhook.FailureRefused
	unreachable.History[0] = webhook.Attempt{N: 1, Target: unreachable.Target, Failure: webhook.FailureRefused, Error: "Nothing is listening on localhost:3000.", StartedAt: startTime}
	rejected := set(32, webhook.StatusRejected, 0)
	rejected.Verdict, rejected.History, rejected.Attempts, rejected.SecretHint = webhook.VerdictInvalid, nil, 0, ""
	skipped := set(33, webhook.StatusSkipped, 0)
	skipped.History, skipped.Attempts = nil, 0
	set(34, webhook.StatusTimedOut, 0).Duration = 10 * time.Second
	all[36].ReplayOf = all[31].ID
	pending := set(39, webhook.StatusPending, 0)
	pending.History, pending.Attempts, pending.ReceivedAt = nil, 0, startTime.Add(-3100*time.Millisecond)
	return newMemoryLog(all...)
}

func TestScreens(t *testing.T) {
	for _, size := range []struct{ w, h int }{{80, 24}, {120, 40}, {200, 50}} {
		for name, keys := range map[string][]string{
			"story":     {"up", "up", "up", "up", "up", "up", "up", "up", "up"},
			"payload":   {"tab"},
			"headers":   {"tab", "tab"},
			"response":  {"up", "up", "up", "up", "up", "up", "up", "up", "tab", "tab", "tab"},
			"signature": {"up", "up", "up", "up", "up", "up", "up", "tab", "tab", "tab", "tab"},
			"curl":      {"shift+tab"},
			"diff":      {"up", "up", "up", "up", "up", "up", "up", "up", "up", "d"},
			"inside":    {"up", "up", "up", "tab", "enter", "down", "down", "enter"},
			"pretty":    {"up", "v"},
			"raw":       {"up", "v", "v"},
			"marked":    {"up", "up", "up", "space", "space"},
			"help":      {"?"},
			"trigger":   {"t", "r", "f"},
			"choose":    {"f", "down", "space", "right", "space"},
			"quit":      {"q"},
		} {
			t.Run(fmt.Sprintf("%s at %dx%d", name, size.w, size.h), func(t *testing.T) {
				onScreen(t, size.w, size.h, busyLog(), func(x *user) {
					x.press(keys...)
					x.golden(fmt.Sprintf("%s_%dx%d.txt", name, size.w, size.h))
				}, func(o *Options) { o.OwnsListener = true })
			})
		}
	}
}

func TestFilterWithAProblemHighlightsIt(t *testing.T) {
	onScreen(t, 80, 24, busyLog(), func(x *user) {
		x.press("/")
		x.typeText("event:render.* ")
		x.golden("filter_80x24.txt")
		x.typeText("status:refusd")
		x.golden("filter_wrong_80x24.txt")
	})
}

func TestScreenWithoutAListener(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.state = view.State{}
		x.advance(2 * time.Second)
		x.golden("empty_80x24.txt")
	})
}

func TestScreenWithoutUTF8IsASCII(t *testing.T) {
	onScreen(t, 120, 40, busyLog(), func(x *user) {
		x.state = view.State{Listening: true, Tunnel: view.HealthDown, TunnelState: "down 12 s", URL: "http://127.0.0.1:4747/webhooks/vidiking", Forward: "localhost:3000/webhooks/vidiking", Handler: view.HealthDown}
		x.advance(2 * time.Second)
		x.press("up", "up", "up", "up", "up", "up", "up", "up", "up")
		x.golden("ascii_120x40.txt")
		for _, r := range x.screen() {
			if r > '~' {
				t.Fatalf("the screen shows %q without UTF-8:\n%s", r, x.screen())
			}
		}
	}, func(o *Options) { o.Style.UTF8 = false })
}

func TestScreenInTheSmallestWindow(t *testing.T) {
	onScreen(t, 60, 15, busyLog(), func(x *user) { x.golden("least_60x15.txt") })
}

func TestTooSmallWindow(t *testing.T) {
	onScreen(t, 50, 10, busyLog(), func(x *user) {
		x.golden("small_50x10.txt")
		x.press("q")
		if !x.quit {
			t.Error("q did not quit the screen")
		}
	})
}

// readableEscapes makes the escape codes of a frame visible.
func readableEscapes(s string) string { return strings.ReplaceAll(s, "\x1b", "␛") }

func TestOnlyTheTerminalsBasicColorsAreUsed(t *testing.T) {
	for name, color := range map[string]bool{"color": true, "no_color": false} {
		t.Run(name, func(t *testing.T) {
			onScreen(t, 80, 24, busyLog(), func(x *user) {
				x.press("/")
				x.typeText("job_00003")
				x.press("enter", "up", "up", "up", "up", "up", "up", "up", "up", "up")
				frame := x.m.View().Content
				compare(t, name+"_80x24.txt", readableEscapes(frame)+"\n")
				for code := range strings.SplitSeq(frame, "\x1b[") {
					codes, _, _ := strings.Cut(code, "m")
					for c := range strings.SplitSeq(codes, ";") {
						switch c {
						case "", "1", "2", "4", "7":
						case "31", "32", "33", "34", "35":
							if !color {
								t.Fatalf("%q is a color", c)
							}
						default:
							if strings.HasPrefix(code, codes+"m") {
								t.Fatalf("%q is not a basic color, bold, faint, underline or reverse", codes)
							}
						}
					}
				}
			}, func(o *Options) { o.Color = color })
		})
	}
}
