package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
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
		x.shows("▾ data", "▸ frames", "items", "xxx…xxx")
		x.press("enter", "down", "down", "right", "G", "v", "G", "v", "G", "w", "G", "v", "G")
		if n := len(x.m.detail.lines); n > 60_000 {
			t.Errorf("%d lines are kept in memory", n)
		}
		x.press("esc", "up")
		x.shows(`"job_000000"`)
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
				for i, l := range x.m.screen() {
					s := l.String()
					for _, r := range s {
						if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf) || r == unicode.ReplacementChar {
							t.Fatalf("after %s, line %d contains %U: %q", k, i, r, s)
						}
					}
					if l.width() != size[0] {
						t.Fatalf("after %s, line %d is %d cells wide: %q", k, i, l.width(), s)
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
		x.press("tab", "tab")
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
				t.Fatalf("format %d does not show the whole text:\n%s", x.m.detail.format, x.screen())
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

// flattenTree returns every line of a fully unfolded tree.
func flattenTree(t *testing.T, body []byte) []string {
	t.Helper()
	all := folds{}
	for {
		branches, ok := tree(body, all, display.Style{UTF8: true})
		if !ok {
			return nil
		}
		folded := false
		for _, b := range branches {
			if b.folded {
				all[b.path] = false
				folded = true
			}
		}
		if folded {
			continue
		}
		var out []string
		for _, b := range branches {
			out = append(out, fmt.Sprintf("%d %s %s %d", b.depth, b.key, b.value, b.count))
		}
		return out
	}
}

func TestTree(t *testing.T) {
	body := `{ "a" : 1e5 , "b":[ ],"c":{"d":[true,null,"x\"]"],"a":{}},"é\u00e9":"\u00e9" }`
	want := []string{`0 a 1e5 0`, `0 b [ ] 0`, `0 c  2`, `1 d  3`, `2 [0] true 0`, `2 [1] null 0`, `2 [2] "x\"]" 0`, `1 a {} 0`, `0 éé "\u00e9" 0`}
	if diff := cmp.Diff(want, flattenTree(t, []byte(body))); diff != "" {
		t.Error(diff)
	}
	for _, no := range []string{"", "1", `"x"`, "{", "[1,]", "nope"} {
		if _, ok := tree([]byte(no), nil, display.Style{}); ok {
			t.Errorf("tree(%q) succeeded, want no tree", no)
		}
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":null}],"c":"x"}`))
	f.Add([]byte(`[[],{},[[1]]]`))
	f.Add([]byte(" {\t\"\\u0000\" :\n-1.5e+3}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 4096 {
			return
		}
		branches, ok := tree(body, nil, display.Style{UTF8: true})
		if container := json.Valid(body) && bytes.ContainsAny(bytes.TrimSpace(body)[:1], "{["); ok != container {
			t.Fatalf("tree(%q) returned %v", body, ok)
		}
		for _, b := range branches {
			if b.value != nil && !json.Valid(b.value) {
				t.Fatalf("tree(%q) has the invalid value %q", body, b.value)
			}
		}
		for _, l := range treeLayout(branches, display.Style{UTF8: true, Width: 40}) {
			if w := l.line.width(); w > 200 {
				t.Fatalf("tree(%q) has a line %d cells wide", body, w)
			}
		}
	})
}

func FuzzLinesHaveTheRequestedWidth(f *testing.F) {
	f.Add("abc", "世界", 4)
	f.Add("", "e\u0301\u0301", 1)
	f.Fuzz(func(t *testing.T, a, b string, cells int) {
		cells = max(min(cells, 200), 0)
		for _, st := range []display.Style{{UTF8: true}, {}} {
			l := text(st.Clean(a)).add(st.Clean(b), display.Dim)
			if w := l.fit(cells, st).width(); w != cells {
				t.Fatalf("%q and %q fitted to %d cells are %d wide", a, b, cells, w)
			}
			for _, part := range (detailLine{line: l, indent: 3}).wrap(max(cells, 4)) {
				if w := part.line.width(); w > max(cells, 4) {
					t.Fatalf("%q and %q wrapped at %d cells are %d wide", a, b, max(cells, 4), w)
				}
			}
			spread(l, text("right"), cells, st)
			if w := rule(l, text(" 1 "), max(cells, 10), st).width(); w != max(cells, 10) {
				t.Fatalf("a rule of %d cells is %d wide", max(cells, 10), w)
			}
		}
	})
}

func TestInputSupportsTheEditingKeysOfShells(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.press("/")
		for _, step := range []struct{ keys, want string }{
			{"a b c", "a b c"}, {"left left backspace backspace", "a c"}, {"ctrl+a x ctrl+e", "xa c"}, {"ctrl+e y", "xa cy"}, {"ctrl+w", "xa "},
			{"home delete", "a "}, {"ctrl+k", ""}, {"é 世", "é世"}, {"ctrl+u", ""},
		} {
			for k := range strings.FieldsSeq(step.keys) {
				x.press(k)
				if step.keys == "a b c" && k != "c" {
					x.press("space")
				}
			}
			if got := x.m.filter.input.String(); got != step.want {
				t.Fatalf("after %s: %q, want %q", step.keys, got, step.want)
			}
		}
	})
}

func TestTheReasonForUnreachableIsShownOnce(t *testing.T) {
	d := delivery(1)
	d.Status, d.Code = webhook.StatusUnreachable, 0
	why := "Nothing is listening on localhost:3000. Is your server running?"
	d.History[0] = webhook.Attempt{N: 1, Target: d.Target, Failure: webhook.FailureRefused, Error: why, StartedAt: startTime}
	onScreen(t, 120, 40, newMemoryLog(d), func(x *user) {
		x.press("tab", "tab", "w")
		x.shows("Once it is: vidiking replay dlv_000001")
		if n := strings.Count(x.screen(), "Nothing is listening"); n != 1 {
			t.Errorf("the reason is shown %d times, want 1:\n%s", n, x.screen())
		}
	})
}
