package tui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/list"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestErrorsAreShownWithTheirAdvice(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *user) {
		x.actions.err = &adviceError{"listen does not answer", "start it again"}
		x.press("r")
		x.shows("! listen does not answer: start it again")
		x.advance(time.Minute)
		x.shows("! listen does not answer: start it again")
		x.press("y")
		x.showsNot("listen does not answer")
		x.actions.err = &adviceError{"can't open " + strings.Repeat("a very long path/", 20), "use another directory: --data-dir DIR"}
		x.press("r")
		x.shows("path/\n   use another directory: --data-dir DIR\n")
	})
}

func TestNoticesAreShownOneAfterAnother(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.notices <- Notice{Success: true, Text: "localhost:3000 is back. It missed 2 deliveries."}
		x.settle()
		x.shows("✓ localhost:3000 is back. It missed 2 deliveries.")
		x.notices <- Notice{Text: "POST /hook got 404"}
		x.settle()
		x.shows("✓ localhost:3000 is back. It missed 2 deliveries.") // shown for less than message.MinShown
		x.advance(2*message.MinShown + time.Second)
		x.shows("! POST /hook got 404")
		x.press("t", "enter") // results of actions are shown immediately
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
		x.advance(2 * message.MinShown)
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
	})
}

func TestANoticeReplacedTooEarlyIsShownAgain(t *testing.T) {
	onScreen(t, 80, 24, newMemoryLog(), func(x *user) {
		x.notices <- Notice{Text: "POST /hook got 404"}
		x.settle()
		x.press("t", "enter")
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
		x.advance(message.MinShown + time.Second)
		x.shows("! POST /hook got 404")
	})
}

func TestLogErrorsAreShownAndReadingIsRetried(t *testing.T) {
	log := newMemoryLog(deliveries(0, 3)...)
	failing := &failingLog{memoryLog: log}
	onScreen(t, 80, 24, log, func(x *user) {
		failing.failing.Store(true)
		x.log.add(delivery(3))
		x.advance(300 * time.Millisecond)
		x.shows("! the delivery log is damaged", "job_000002")
		failing.failing.Store(false)
		x.advance(2 * time.Second)
		x.shows("job_000003")
	}, func(o *Options) { o.Log = failing })
}

func TestReadingADeliveryIsRetriedAfterAnError(t *testing.T) {
	log := newMemoryLog(deliveries(0, 3)...)
	failing := &failingLog{memoryLog: log}
	onScreen(t, 120, 40, log, func(x *user) {
		failing.unreadable.Store(string(deliveries(0, 3)[1].ID))
		x.press("up")
		x.advance(300 * time.Millisecond)
		x.shows("! the delivery log is damaged")
		failing.unreadable.Store("")
		x.advance(2 * time.Second)
		if got := shownID(x); got != deliveries(0, 3)[1].ID {
			t.Errorf("the detail shows %s, want the delivery under the cursor", got)
		}
	}, func(o *Options) { o.Log = failing })
}

func shownID(x *user) webhook.ID {
	s, _ := x.m.detail.Shown()
	return s.ID
}

func TestDiffFailsIfTheMarkedDeliveryCannotBeRead(t *testing.T) {
	all := deliveries(0, 4)
	log := newMemoryLog(all...)
	failing := &failingLog{memoryLog: log}
	onScreen(t, 120, 40, log, func(x *user) {
		x.press("g", "space", "G")
		failing.unreadable.Store(string(all[0].ID))
		x.press("d")
		x.shows("! the delivery log is damaged")
		x.showsNot("- dlv_")
	}, func(o *Options) { o.Log = failing })
}

// failingLog is a log that returns errors on demand.
type failingLog struct {
	*memoryLog
	failing    atomic.Bool
	unreadable atomic.Value // the id of a delivery that cannot be read
}

func (l *failingLog) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, webhook.ReplayTree, error) {
	if l.unreadable.Load() == string(id) {
		return webhook.Delivery{}, webhook.ReplayTree{}, errors.New("the delivery log is damaged")
	}
	return l.memoryLog.Get(ctx, id)
}

func (l *failingLog) Page(ctx context.Context, q view.PageQuery) (view.Page, error) {
	if l.failing.Load() {
		return view.Page{}, errors.New("the delivery log is damaged")
	}
	return l.memoryLog.Page(ctx, q)
}

func TestALongNoticeKeepsItsAdvice(t *testing.T) {
	n := Notice{Text: "POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking.", Advice: " To take them there: vidiking listen --path /hook"}
	for _, tc := range []struct {
		w, h int
		want string
	}{
		{80, 24, " ! POST /a/path/that/is/quite/long got 404: deliveries come to\n   /webhooks/vidiking.\n   To take them there: vidiking listen --path /hook\n"},
		{60, 15, " ! POST /a/path/that/is/quite/long got 404: deliveries come\n   to /webhooks/vidiking.\n   To take them there: vidiking listen --path /hook\n"},
		{120, 40, " ! POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking.\n   To take them there: vidiking listen --path /hook\n"},
		{150, 40, " ! POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking. To take them there: vidiking listen --path /hook\n"},
	} {
		onScreen(t, tc.w, tc.h, newMemoryLog(deliveries(0, 60)...), func(x *user) {
			x.press("up")
			line, row := x.cursorRow()
			x.notices <- n
			x.settle()
			x.shows(tc.want)
			if at, now := x.cursorRow(); at != line || now != row {
				t.Errorf("at %dx%d, the cursor moved from line %d to %d:\n%s", tc.w, tc.h, line, at, x.screen())
			}
			if got := len((picture{x.m}).screen()); got != tc.h {
				t.Errorf("got %d lines on a screen of %d", got, tc.h)
			}
		})
	}
}

func TestAMessageThatFitsIsShownCompletely(t *testing.T) {
	for _, tc := range []struct{ what, next string }{
		{"editor not found: \"/usr/local/bin/an-editor-that-is-not-there\" (from EDITOR)", ": name one that is: export EDITOR='code --wait'"},
		{strings.Repeat("word ", 20), ""},
		{"", ": " + strings.Repeat("word ", 20)},
		{strings.Repeat("世界", 30), ": todo"},
	} {
		r := message.Result{Message: draw.Text(" ! ").Add(tc.what, display.Plain), Advice: tc.next}
		var shown []string
		for _, l := range r.Lines(80, 3, display.Style{UTF8: true}) {
			if w := len([]rune(strings.TrimRight(l.String(), " "))); w > 79 {
				t.Errorf("%q is %d cells wide", l, w)
			}
			shown = append(shown, l.String())
		}
		bare := func(s string) string { return strings.NewReplacer(" ", "", ":", "").Replace(s) }
		if got, want := bare(strings.Join(shown, "")), bare("!"+tc.what+tc.next); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheOutcomeOfAReplayIsShownWithAdvice(t *testing.T) {
	for status, want := range map[webhook.Status]string{
		webhook.StatusRejected:    "⊘ rejected\n   its signature is invalid. Press S to re-sign it\n",
		webhook.StatusUnreachable: "! unreachable\n   Start your server, then press r to replay it\n",
		"":                        "✗ 401 refused in 6 ms\n",
	} {
		log := newMemoryLog(deliveries(0, 3)...)
		log.all[2].Verdict = webhook.VerdictInvalid
		onScreen(t, 80, 24, log, func(x *user) {
			x.actions.replayStatus = status
			x.press("r")
			x.advance(time.Second)
			x.shows("dlv_000002 replayed as dlv_re0001: " + want)
		})
	}
}

// removableLog is a log that tests can remove.
type removableLog struct {
	*memoryLog
	removed atomic.Bool
}

func (l *removableLog) Page(ctx context.Context, q view.PageQuery) (view.Page, error) {
	if l.removed.Load() {
		return view.Page{NoLog: true}, nil
	}
	return l.memoryLog.Page(ctx, q)
}

func TestADeletedLogIsReported(t *testing.T) {
	for own, want := range map[bool]int{false: 1, true: 0} { // a listener reports this itself
		log := &removableLog{memoryLog: newMemoryLog(deliveries(0, 3)...)}
		onScreen(t, 80, 24, log.memoryLog, func(x *user) {
			log.removed.Store(true)
			x.log.change(func() {})
			x.advance(time.Second)
			x.shows("No deliveries yet.")
			x.send(list.Failed(store.ErrNoLog)) // another read noticed it, too
			x.settle()
			const message = "! The delivery log was deleted. The next delivery creates a new one\n"
			if got := strings.Count(x.screen(), message); got != want {
				t.Errorf("owns the listener %v: shown %d times, want %d; the screen:\n%s", own, got, want, x.screen())
			}
		}, func(o *Options) { o.Log, o.OwnsListener = log, own })
	}
}
