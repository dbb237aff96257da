package tui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestWhatFailsIsSaidWithWhatToDo(t *testing.T) {
	at(t, 80, 24, newMemoryLog(deliveries(0, 5)...), func(x *hand) {
		x.actions.err = &advised{"listen does not answer", "start it again"}
		x.press("r")
		x.shows("! listen does not answer: start it again")
		x.wait(time.Minute)
		x.shows("! listen does not answer: start it again")
		x.press("y")
		x.showsNot("listen does not answer")
		x.actions.err = &advised{"can't open " + strings.Repeat("a very long path/", 20), "use another directory: --data-dir DIR"}
		x.press("r")
		x.shows("path/\n   use another directory: --data-dir DIR\n")
	})
}

func TestNoticesAreSaid(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.notices <- Notice{Good: true, Text: "localhost:3000 is back. It missed 2 deliveries."}
		x.settle()
		x.shows("✓ localhost:3000 is back. It missed 2 deliveries.")
		x.notices <- Notice{Text: "POST /hook got 404"}
		x.settle()
		x.shows("✓ localhost:3000 is back. It missed 2 deliveries.") // nobody has read it yet
		x.wait(2*leastShown + time.Second)
		x.shows("! POST /hook got 404")
		x.press("t", "enter") // what was asked for is answered at once
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
		x.wait(2 * leastShown)
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
	})
}

func TestANoticeThatAnAnswerCoversComesAgain(t *testing.T) {
	at(t, 80, 24, newMemoryLog(), func(x *hand) {
		x.notices <- Notice{Text: "POST /hook got 404"}
		x.settle()
		x.press("t", "enter")
		x.shows("dlv_trigge: ✓ 200 in 3 ms")
		x.wait(leastShown + time.Second)
		x.shows("! POST /hook got 404")
	})
}

func TestALogThatCannotBeReadIsSaidAndAskedAgain(t *testing.T) {
	log := newMemoryLog(deliveries(0, 3)...)
	failing := &failingLog{memoryLog: log}
	at(t, 80, 24, log, func(x *hand) {
		failing.fails.Store(true)
		x.log.add(delivery(3))
		x.wait(300 * time.Millisecond)
		x.shows("! the delivery log is damaged", "job_000002")
		failing.fails.Store(false)
		x.wait(2 * time.Second)
		x.shows("job_000003")
	}, func(o *Options) { o.Log = failing })
}

func TestADeliveryThatCannotBeReadIsAskedAgain(t *testing.T) {
	log := newMemoryLog(deliveries(0, 3)...)
	failing := &failingLog{memoryLog: log}
	at(t, 120, 40, log, func(x *hand) {
		failing.unread.Store(string(deliveries(0, 3)[1].ID))
		x.press("up")
		x.wait(300 * time.Millisecond)
		x.shows("! the delivery log is damaged")
		failing.unread.Store("")
		x.wait(2 * time.Second)
		if got := x.m.detail.subject.delivery.ID; got != deliveries(0, 3)[1].ID {
			t.Errorf("the details are of %s, want of the delivery under the cursor", got)
		}
	}, func(o *Options) { o.Log = failing })
}

func TestAMarkedDeliveryThatCannotBeReadIsNotReplacedByAnother(t *testing.T) {
	all := deliveries(0, 4)
	log := newMemoryLog(all...)
	failing := &failingLog{memoryLog: log}
	at(t, 120, 40, log, func(x *hand) {
		failing.unread.Store(string(all[0].ID))
		s, err := x.m.readSubject(t.Context(), all[3].ID, tabDiff, all[0].ID)
		if err == nil {
			t.Errorf("compared with %s, want an error: the marked one cannot be read", s.other.ID)
		}
	}, func(o *Options) { o.Log = failing })
}

// failingLog cannot be read at times.
type failingLog struct {
	*memoryLog
	fails  atomic.Bool
	unread atomic.Value // the id of a delivery that cannot be read
}

func (l *failingLog) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, webhook.ReplayTree, error) {
	if l.unread.Load() == string(id) {
		return webhook.Delivery{}, webhook.ReplayTree{}, errors.New("the delivery log is damaged")
	}
	return l.memoryLog.Get(ctx, id)
}

func (l *failingLog) Page(ctx context.Context, q view.PageQuery) (view.Page, error) {
	if l.fails.Load() {
		return view.Page{}, errors.New("the delivery log is damaged")
	}
	return l.memoryLog.Page(ctx, q)
}

func TestANoticeKeepsWhatToDoWhole(t *testing.T) {
	n := Notice{Text: "POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking.", Next: " To take them there: vidiking listen --path /hook"}
	for _, tc := range []struct {
		w, h int
		want string
	}{
		{80, 24, " ! POST /a/path/that/is/quite/long got 404: deliveries come to\n   /webhooks/vidiking.\n   To take them there: vidiking listen --path /hook\n"},
		{60, 15, " ! POST /a/path/that/is/quite/long got 404: deliveries come\n   to /webhooks/vidiking.\n   To take them there: vidiking listen --path /hook\n"},
		{120, 40, " ! POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking.\n   To take them there: vidiking listen --path /hook\n"},
		{150, 40, " ! POST /a/path/that/is/quite/long got 404: deliveries come to /webhooks/vidiking. To take them there: vidiking listen --path /hook\n"},
	} {
		at(t, tc.w, tc.h, newMemoryLog(deliveries(0, 60)...), func(x *hand) {
			x.press("up")
			line, row := x.cursorRow()
			x.notices <- n
			x.settle()
			x.shows(tc.want)
			if at, now := x.cursorRow(); at != line || now != row {
				t.Errorf("at %dx%d the cursor went from line %d to %d:\n%s", tc.w, tc.h, line, at, x.screen())
			}
			if got := len(x.m.screen()); got != tc.h {
				t.Errorf("%d lines on a screen of %d", got, tc.h)
			}
		})
	}
}

func TestWhatIsSaidLosesNothingThatFits(t *testing.T) {
	for _, tc := range []struct{ what, next string }{
		{"editor not found: \"/usr/local/bin/an-editor-that-is-not-there\" (from EDITOR)", ": name one that is: export EDITOR='code --wait'"},
		{strings.Repeat("word ", 20), ""},
		{"", ": " + strings.Repeat("word ", 20)},
		{strings.Repeat("世界", 30), ": todo"},
	} {
		r := result{what: text(" ! ").add(tc.what, display.Plain), next: tc.next}
		var said []string
		for _, l := range r.lines(79, 3, display.Style{UTF8: true}) {
			if w := len([]rune(strings.TrimRight(l.String(), " "))); w > 79 {
				t.Errorf("%q takes %d cells", l, w)
			}
			said = append(said, l.String())
		}
		bare := func(s string) string { return strings.NewReplacer(" ", "", ":", "").Replace(s) }
		if got, want := bare(strings.Join(said, "")), bare("!"+tc.what+tc.next); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

func TestWhatCameOfASendingSaysWhatToDo(t *testing.T) {
	for status, want := range map[webhook.Status]string{
		webhook.StatusRejected:    "⊘ rejected\n   its signature is invalid. Sign it anew: vidiking replay dlv_000002 --resign\n",
		webhook.StatusUnreachable: "! unreachable\n   Is your server running? Once it is, r sends it again\n",
		"":                        "✗ 401 refused in 6 ms\n",
	} {
		log := newMemoryLog(deliveries(0, 3)...)
		log.all[2].Verdict = webhook.VerdictInvalid
		at(t, 80, 24, log, func(x *hand) {
			x.actions.ends = status
			x.press("r")
			x.wait(time.Second)
			x.shows("dlv_000002 sent again as dlv_re0001: " + want)
		})
	}
}

// goneLog is taken away at times.
type goneLog struct {
	*memoryLog
	gone atomic.Bool
}

func (l *goneLog) Page(ctx context.Context, q view.PageQuery) (view.Page, error) {
	if l.gone.Load() {
		return view.Page{NoLog: true}, nil
	}
	return l.memoryLog.Page(ctx, q)
}

func TestALogThatIsTakenAwayIsSaid(t *testing.T) {
	for own, want := range map[bool]int{false: 1, true: 0} { // a listener says it itself
		log := &goneLog{memoryLog: newMemoryLog(deliveries(0, 3)...)}
		at(t, 80, 24, log.memoryLog, func(x *hand) {
			log.gone.Store(true)
			x.log.change(func() {})
			x.wait(time.Second)
			x.shows("No deliveries yet.")
			const said = "! The delivery log was taken away. The next delivery begins a new one\n"
			if got := strings.Count(x.screen(), said); got != want {
				t.Errorf("own log %v: said %d times, want %d; the screen:\n%s", own, got, want, x.screen())
			}
		}, func(o *Options) { o.Log, o.Own = log, own })
	}
}
