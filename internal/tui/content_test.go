package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// largePayload returns a payload with many members and one very long text.
func largePayload(bytes int) []byte {
	var b strings.Builder
	b.WriteString(`{"event":"render.complete","data":{"frames":[`)
	for i := 0; b.Len() < bytes/2; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"n":%d,"at":%d.5,"name":"frame %d"}`, i, i, i)
	}
	b.WriteString(`],"log":"` + strings.Repeat("x", bytes/2) + `"}}`)
	return []byte(b.String())
}

func TestPayloadOfFiveMegabytes(t *testing.T) {
	d := delivery(1)
	d.Body = largePayload(5 << 20)
	d.BodyBytes = int64(len(d.Body))
	onScreen(t, 80, 24, newMemoryLog(delivery(0), d), func(x *user) {
		x.shows("frames 57,712 items", "xxx…xxx")
		x.press("tab")
		x.shows("▾ data", "▸ frames", "items", "xxx…xxx")
		x.press("enter", "down", "down", "right", "G", "v", "G", "v", "G", "w", "G", "v", "G")
		if n := x.m.detail.Len(); n > 60_000 {
			t.Errorf("%d lines are kept in memory", n)
		}
		x.press("esc", "up")
		x.shows(`"job_000000"`)
	})
}

func TestALongArrayIsShownInPages(t *testing.T) {
	d := delivery(0)
	d.Body = []byte(`{"event":"render.complete","data":{"frames":[0` + strings.Repeat(",1", 4_500) + `]}}`)
	onScreen(t, 80, 24, newMemoryLog(d), func(x *user) {
		x.press("tab", "enter", "down", "down", "right", "G")
		x.shows("… 2,501 more", "[1999]", "enter show")
		x.press("enter")
		x.shows("… 2,000 before", "[2000]")
		x.press("down")
		x.shows(" data.frames[2000] ─")
		x.press("G", "enter", "G")
		x.shows("[4500]")
		x.showsNot("more\n")
		x.press("left", "enter") // fold and unfold
		x.shows("… 4,000 before")
		x.press("down", "enter", "down")
		x.shows("… 501 more", "[3999]")
		for range 2_001 {
			x.press("up")
		}
		x.shows("… 2,000 before")
		x.press("enter", "down")
		x.shows("… 2,501 more", "[1999]")
		x.press("left")
		x.shows("▸ frames  4,501 items")
	})
}

func TestADeepTreeShowsThePathOfItsCursor(t *testing.T) {
	d := delivery(0)
	d.Body = []byte(`{"data":` + strings.Repeat(`{"a":[`, 30) + `{"end":"of the tree"}` + strings.Repeat(`]}`, 30) + `}`)
	onScreen(t, 80, 24, newMemoryLog(d), func(x *user) {
		x.press("tab", "enter", "G", "up")
		for range 30 {
			x.press("right", "G")
		}
		x.shows(`end`, `"of the tree"`, "data.a[0].a…0].a[0].end")
	})
	onScreen(t, 200, 50, newMemoryLog(d), func(x *user) {
		x.press("tab", "enter", "down", "down", "down", "down", "down")
		x.shows(" data.a[0] ─")
	})
}

func TestOutsideTextIsSanitized(t *testing.T) {
	evil := "\x1b]0;owned\x07\x1b[2J\u202etxt.exe\u200b\u009b31m\t世界" + strings.Repeat("e\u0301\u0301", 4) + "\xff"
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	d := delivery(1)
	d.Event, d.About = evil, evil
	d.Body = []byte(`{"event":` + string(quoted) + `,"` + "\x1b" + `":1,"data":{"\u001b[31m":"\u001b[31m"}}`)
	d.Header = append(d.Header, webhook.Field{Name: "X-" + evil, Value: evil})
	d.History[0].Response = []byte(evil + "\r\n" + evil)
	d.History[0].Target, d.History[0].Error = evil, evil
	raw := delivery(2)
	raw.Body = []byte(evil + "\n" + evil)
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		onScreen(t, size[0], size[1], newMemoryLog(d, raw), func(x *user) {
			for _, k := range []string{"v", "w", "v", "w", "v", "up", "v", "v", "v", "tab", "tab", "tab", "tab", "w", "tab", "tab", "tab", "?", "esc", "/", "esc"} {
				x.press(k)
				for i, l := range (picture{x.m}).screen() {
					s := l.String()
					for _, r := range s {
						if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf) || r == unicode.ReplacementChar {
							t.Fatalf("after %s, line %d contains %U: %q", k, i, r, s)
						}
					}
					if l.Width() != size[0] {
						t.Fatalf("after %s, line %d is %d cells wide: %q", k, i, l.Width(), s)
					}
				}
			}
		})
	}
}

func TestResponseOfOneMegabyte(t *testing.T) {
	d := refused(delivery(1))
	d.History[0].Response = bytes.Repeat([]byte("<p>an error page of a framework</p>\n"), 1<<20/36)
	d.History[0].ResponseBytes, d.History[0].ResponseTruncated = 3<<20, true
	onScreen(t, 120, 40, newMemoryLog(d), func(x *user) {
		x.press("tab", "tab", "tab")
		x.shows("│ <p>an error page")
		x.press("enter", "G", "w", "G", "g")
		x.shows("▾ 1")
	})
}

func TestWrappedLinesShowTheWholeText(t *testing.T) {
	d := delivery(1)
	long := strings.Repeat("0123456789", 30) + "世界"
	d.Body = []byte(`{"data":{"text":"` + long + `"}}`)
	onScreen(t, 80, 60, newMemoryLog(d), func(x *user) {
		x.press("w")
		for range 3 {
			x.press("v")
			all := strings.Join(strings.FieldsFunc(x.screen(), func(r rune) bool { return r == ' ' || r == '\n' }), "")
			if !strings.Contains(all, long) {
				t.Fatalf("the screen does not show the whole text:\n%s", x.screen())
			}
		}
	})
}

func TestASlowHandlerDoesNotBlockTheScreen(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 50)...), func(x *user) {
		x.actions.gate = make(chan struct{})
		x.press("r", "up", "up")
		x.advance(time.Second)
		x.press("up")
		x.shows(`"job_000046"`)
		close(x.actions.gate)
	})
}

func TestTheReasonForUnreachableIsShownOnce(t *testing.T) {
	d := delivery(1)
	d.Status, d.Code = webhook.StatusUnreachable, 0
	why := "Nothing is listening on localhost:3000. Is your server running?"
	d.History[0] = webhook.Attempt{N: 1, Target: d.Target, Failure: webhook.FailureRefused, Error: why, StartedAt: startTime}
	onScreen(t, 120, 40, newMemoryLog(d), func(x *user) {
		x.shows("! unreachable at localhost:3000/webhooks/vidiking", "Once it is: r replay")
		if n := strings.Count(x.screen(), "Nothing is listening"); n != 1 {
			t.Errorf("the reason is shown %d times, want 1:\n%s", n, x.screen())
		}
	})
}
