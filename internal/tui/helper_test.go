package tui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

// user simulates a person using the screen in a synctest bubble. When press returns, all effects of the key have been handled.
type user struct {
	t       *testing.T
	m       *Model
	log     *memoryLog
	actions *fakeActions
	state   view.State
	msgs    chan tea.Msg
	copied  string
	quit    bool
	notices chan Notice

	suspended int
}

// onScreen runs a test with a user and a screen of the given size.
func onScreen(t *testing.T, w, h int, log *memoryLog, f func(*user), options ...func(*Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		log.changed = make(chan struct{}) // belongs to this bubble
		x := &user{t: t, log: log, actions: &fakeActions{log: log}, msgs: make(chan tea.Msg, 1024), notices: make(chan Notice, 4)}
		x.state = view.State{
			Listening: true, Tunnel: view.HealthUp, TunnelState: "ready", URL: "https://k3v9.ngrok.app/webhooks/vidiking", TunnelName: "ngrok",
			Targets: []view.Target{{URL: "http://localhost:3000/webhooks/vidiking", Name: "localhost:3000/webhooks/vidiking", Health: view.HealthUp}},
			Verify:  "strict, whsec_…Kq7T", Timeout: 10 * time.Second,
		}
		o := Options{
			Log: log, Actions: x.actions, Now: time.Now, Style: display.Style{UTF8: true}, CanSuspend: true,
			State:   func(context.Context) view.State { return x.state },
			Samples: []view.Sample{{Name: "render.complete", Description: "a render job finished"}, {Name: "render.failed", Description: "a render job failed"}, {Name: "wallet.deposit", Description: "funds were deposited"}},
			Tools: view.Tools{
				Curl: func(d webhook.Delivery) string {
					return "curl -q --url http://localhost:3000 \\\n  -H 'X-Id: " + string(d.ID) + "'\n"
				},
				Diff: func(a, b webhook.Delivery, _ display.Style) []display.Line {
					return []display.Line{{{Text: "- " + string(a.ID), Role: display.Bad}}, {{Text: "+ " + string(b.ID), Role: display.Good}}}
				},
			},
		}
		for _, change := range options {
			change(&o)
		}
		x.m = newModel(ctx, o, x.notices)
		x.m.actions.Exec = func(e tea.ExecCommand, done tea.ExecCallback) tea.Cmd {
			return func() tea.Msg { return done(e.Run()) }
		}
		x.run(x.m.Init())
		x.send(tea.WindowSizeMsg{Width: w, Height: h})
		f(x)
		cancel()
		synctest.Wait()
	})
}

func (x *user) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { x.msgs <- cmd() }()
}

// send sends a message to the model, and handles everything that follows from it without advancing the clock.
func (x *user) send(msg tea.Msg) {
	x.handle(msg)
	x.settle()
}

func (x *user) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-x.msgs:
			x.handle(msg)
		default:
			return
		}
	}
}

func (x *user) handle(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			x.run(cmd)
		}
		return
	case tea.QuitMsg:
		x.quit = true
		return
	case tea.SuspendMsg:
		x.suspended++
		return
	}
	if v := reflect.ValueOf(msg); v.Kind() == reflect.String && v.Type().Name() == "setClipboardMsg" {
		x.copied = v.String()
	}
	_, cmd := x.m.Update(msg)
	x.run(cmd)
	_ = x.m.View()
}

// advance advances the clock.
func (x *user) advance(d time.Duration) {
	end := time.Now().Add(d)
	for time.Now().Before(end) {
		time.Sleep(min(10*time.Millisecond, time.Until(end))) // fake time
		x.settle()
	}
}

var keyNames = map[string]tea.Key{
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	"space": {Code: tea.KeySpace, Text: " "}, "backspace": {Code: tea.KeyBackspace},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+z": {Code: 'z', Mod: tea.ModCtrl}, "ctrl+w": {Code: 'w', Mod: tea.ModCtrl},
	"ctrl+n": {Code: 'n', Mod: tea.ModCtrl}, "ctrl+p": {Code: 'p', Mod: tea.ModCtrl},
	"ctrl+a": {Code: 'a', Mod: tea.ModCtrl}, "ctrl+e": {Code: 'e', Mod: tea.ModCtrl}, "ctrl+k": {Code: 'k', Mod: tea.ModCtrl}, "delete": {Code: tea.KeyDelete},
}

// press presses keys, one after the other.
func (x *user) press(keys ...string) {
	x.t.Helper()
	for _, name := range keys {
		k, ok := keyNames[name]
		if !ok {
			r := []rune(name)
			if len(r) != 1 {
				x.t.Fatalf("unknown key %q", name)
			}
			k = tea.Key{Code: r[0], Text: name}
		}
		x.send(tea.KeyPressMsg(k))
	}
}

// typeText types a text.
func (x *user) typeText(s string) {
	for _, r := range s {
		if r == ' ' {
			x.press("space")
			continue
		}
		x.press(string(r))
	}
}

// lines returns the lines of the screen as text.
func (x *user) lines() []string {
	var lines []string
	for _, l := range (picture{x.m}).screen() {
		lines = append(lines, strings.TrimRight(l.String(), " "))
	}
	return lines
}

func (x *user) screen() string { return strings.Join(x.lines(), "\n") + "\n" }

// shows fails the test unless the screen shows the texts.
func (x *user) shows(want ...string) {
	x.t.Helper()
	for _, w := range want {
		if !strings.Contains(x.screen(), w) {
			x.t.Fatalf("the screen does not show %q:\n%s", w, x.screen())
		}
	}
}

func (x *user) showsNot(unwanted string) {
	x.t.Helper()
	if strings.Contains(x.screen(), unwanted) {
		x.t.Fatalf("the screen shows %q:\n%s", unwanted, x.screen())
	}
}

// lineWith returns the first line of the screen that contains a text.
func (x *user) lineWith(text string) int {
	x.t.Helper()
	for i, l := range x.lines() {
		if strings.Contains(l, text) {
			return i
		}
	}
	x.t.Fatalf("the screen does not show %q:\n%s", text, x.screen())
	return 0
}

// cursorRow returns the list's row under the cursor.
func (x *user) cursorRow() (row int, text string) {
	x.t.Helper()
	for i, l := range x.lines() {
		if strings.HasPrefix(l, "▌") {
			return i, l
		}
	}
	x.t.Fatalf("no row has the cursor:\n%s", x.screen())
	return 0, ""
}

// lastCursorRow returns the last row with a cursor: that of the detail.
func (x *user) lastCursorRow() (row string) {
	for _, l := range x.lines() {
		if strings.HasPrefix(l, "▌") {
			row = l
		}
	}
	return row
}

// screens collects screens for one golden.
type screens struct{ text strings.Builder }

// add adds the screen, and checks that each line is exactly as wide as the screen and, without UTF-8, that it is ASCII.
func (s *screens) add(x *user, name string) {
	x.t.Helper()
	fmt.Fprintf(&s.text, "-- %s --\n%s", name, x.screen())
	l := (picture{x.m}).screen()
	if len(l) != x.m.frame.height {
		x.t.Errorf("%s: got %d lines, want %d", name, len(l), x.m.frame.height)
	}
	for i, l := range l {
		if w := l.Width(); w != x.m.frame.width {
			x.t.Errorf("%s: line %d is %d cells wide, want %d: %q", name, i, w, x.m.frame.width, l)
		}
		if at := strings.IndexFunc(l.String(), func(r rune) bool { return r > '~' }); at >= 0 && !x.m.o.Style.UTF8 {
			x.t.Errorf("%s: line %d is not ASCII: %q", name, i, l)
		}
	}
}

func (s *screens) compare(t *testing.T, name string) {
	t.Helper()
	compare(t, name, s.text.String())
}

// golden compares the screen with a file in testdata.
func (x *user) golden(name string) {
	x.t.Helper()
	var s screens
	s.add(x, strings.TrimSuffix(name, ".txt"))
	s.compare(x.t, name)
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the screen differs from %s (-want +got):\n%s", path, diff)
	}
}

// startTime is the time at which synctest bubbles begin.
var startTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// delivery returns the n-th delivery, received on the day before startTime and delivered.
func delivery(n int) webhook.Delivery {
	id := webhook.ID(fmt.Sprintf("dlv_%06daaaa", n))
	body := fmt.Sprintf(`{"event":"render.complete","timestamp":"1999-12-31T13:02:31Z","data":{"id":"job_%06d","status":"COMPLETE","credits_used":10}}`, n)
	return webhook.Delivery{
		Summary: webhook.Summary{
			ID: id, ReceivedAt: startTime.Add(-time.Hour + time.Duration(n)*time.Millisecond), Origin: webhook.OriginTrigger, Event: "render.complete",
			About: fmt.Sprintf("job_%06d", n), Status: webhook.StatusDelivered, Verdict: webhook.VerdictValid, SecretHint: "whsec_…Kq7T",
			BodyBytes: int64(len(body)), Attempts: 1, Code: 200, Duration: 7 * time.Millisecond, Target: "http://localhost:3000/webhooks/vidiking",
		},
		Body:   []byte(body),
		Header: webhook.Header{{Name: "Host", Value: "127.0.0.1:4747"}, {Name: "Content-Type", Value: "application/json"}, {Name: "X-Vidiking-Signature", Value: "sha256=" + strings.Repeat("4b", 32)}},
		History: []webhook.Attempt{{
			N: 1, Target: "http://localhost:3000/webhooks/vidiking", StartedAt: startTime.Add(-time.Hour), Code: 200, Duration: 7 * time.Millisecond,
			Connect: 200 * time.Microsecond, FirstByte: 6800 * time.Microsecond,
			Header: webhook.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Powered-By", Value: "Express"}}, Response: []byte(`{"received":true}`), ResponseBytes: 17,
		}},
	}
}

func deliveries(from, n int) []webhook.Delivery {
	all := make([]webhook.Delivery, n)
	for i := range all {
		all[i] = delivery(from + i)
	}
	return all
}

// refused returns the delivery with a refused attempt.
func refused(d webhook.Delivery) webhook.Delivery {
	d.Status, d.Code = webhook.StatusRefused, 401
	d.History[0].Code, d.History[0].Response = 401, []byte(`{"error":"invalid signature"}`)
	return d
}
