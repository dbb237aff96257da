package tui

import (
	"fmt"
	"image/color"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

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

// sizes are the sizes of the goldens.
var sizes = []struct{ w, h int }{{30, 6}, {60, 15}, {80, 24}, {100, 30}, {110, 20}, {124, 34}, {160, 45}, {200, 50}}

// TestScreensAtAllSizes compares an empty, a small and a full screen at each size with one golden per size.
func TestScreensAtAllSizes(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			var all screens
			for _, style := range []string{"", " in ASCII"} {
				ascii := func(o *Options) { o.Style.UTF8 = style == "" }
				onScreen(t, size.w, size.h, newMemoryLog(), func(x *user) {
					x.state.Targets[0].Health = view.HealthDown
					x.advance(2 * time.Second)
					all.add(x, "empty"+style)
				}, ascii)
				onScreen(t, size.w, size.h, busyLog(), func(x *user) {
					x.press("up", "up", "up", "up", "up", "up", "up", "up", "up")
					all.add(x, "full"+style)
				}, ascii)
			}
			onScreen(t, size.w, size.h, jobLog(), func(x *user) {
				x.press("up")
				all.add(x, "small")
			})
			all.compare(t, fmt.Sprintf("%dx%d.txt", size.w, size.h))
		})
	}
}

// TestEveryView compares tabs, overlays and questions with one golden for a narrow and one for a wide screen.
func TestEveryView(t *testing.T) {
	views := []struct {
		name string
		keys []string
	}{
		{"payload", []string{"tab"}},
		{"headers", []string{"tab", "tab"}},
		{"response", []string{"up", "up", "up", "up", "up", "up", "up", "up", "tab", "tab", "tab"}},
		{"signature", []string{"up", "up", "up", "up", "up", "up", "up", "tab", "tab", "tab", "tab"}},
		{"curl", []string{"shift+tab"}},
		{"diff", []string{"up", "up", "up", "up", "up", "up", "up", "up", "up", "d"}},
		{"inside the payload", []string{"up", "up", "up", "tab", "enter", "down", "down", "enter"}},
		{"pretty", []string{"up", "v"}},
		{"raw", []string{"up", "v", "v"}},
		{"marked", []string{"up", "up", "up", "space", "space"}},
		{"help", []string{"?"}},
		{"trigger", []string{"t", "r", "f"}},
		{"choose", []string{"f", "down", "space", "right", "space"}},
		{"quit", []string{"q"}},
	}
	for _, size := range []struct{ w, h int }{{80, 24}, {124, 34}} {
		var all screens
		for _, v := range views {
			onScreen(t, size.w, size.h, busyLog(), func(x *user) {
				x.press(v.keys...)
				all.add(x, v.name)
			}, func(o *Options) { o.OwnsListener = true })
		}
		onScreen(t, size.w, size.h, newMemoryLog(), func(x *user) {
			x.state = view.State{}
			x.advance(2 * time.Second)
			all.add(x, "without a listener")
		})
		onScreen(t, size.w, size.h, busyLog(), func(x *user) {
			x.state.Tunnel, x.state.TunnelState = view.HealthDown, "down 12 s"
			x.state.Targets = append(x.state.Targets, view.Target{URL: "http://localhost:4000/ai", Name: "localhost:4000/ai", Events: []string{"ai.*", "wallet.*"}, Health: view.HealthDown})
			x.advance(2 * time.Second)
			all.add(x, "two targets, and the tunnel is down")
		})
		all.compare(t, fmt.Sprintf("views_%dx%d.txt", size.w, size.h))
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

func TestTooSmallWindow(t *testing.T) {
	onScreen(t, 29, 5, busyLog(), func(x *user) {
		x.shows("29 x 5 is too small.\nEnlarge it to 30 x 6.\nPress q to quit.\n")
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

func TestTheRowUnderTheCursorIsTintedIfTheBackgroundIsKnown(t *testing.T) {
	for background, want := range map[color.RGBA]string{
		{0x1e, 0x1e, 0x2e, 0xff}: "▌\x1b[48;2;66;66;79m", // toward white
		{0xff, 0xfa, 0xf0, 0xff}: "▌\x1b[48;2;214;210;201m",
	} {
		onScreen(t, 80, 24, busyLog(), func(x *user) {
			x.send(tea.BackgroundColorMsg{Color: background})
			if frame := x.m.View().Content; !strings.Contains(frame, want) || strings.Contains(frame, "\x1b[7") {
				t.Errorf("background %v: the frame has no %q, or reverse video:\n%s", background, want, readableEscapes(frame))
			}
		}, func(o *Options) { o.Color = true })
	}
	onScreen(t, 80, 24, busyLog(), func(x *user) {
		x.send(tea.BackgroundColorMsg{Color: color.Black})
		if frame := x.m.View().Content; strings.Contains(frame, "48;2") {
			t.Errorf("without color, the row has a background:\n%s", readableEscapes(frame))
		}
	})
}
