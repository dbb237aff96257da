package store

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func unanswered(f webhook.Failure) webhook.Attempt {
	return webhook.Attempt{Target: "http://localhost:3000/webhooks/vidiking", StartedAt: start, Failure: f, Error: "Nothing is listening."}
}

func to(target string, a webhook.Attempt) webhook.Attempt {
	a.Target = target
	return a
}

func TestAttemptIsReadAsWritten(t *testing.T) {
	l, d := openLog(t, t.TempDir(), Options{}), newSource(1).next()
	record(t, l, d)
	full := webhook.Attempt{
		Target: "http://localhost:3000/", StartedAt: start, Code: 500, Error: "said", Duration: 3 * time.Second, Connect: 2, FirstByte: 1,
		Header:   webhook.Header{{Name: "Set-Cookie", Value: "a"}, {Name: "Set-Cookie", Value: "b"}, {Name: "X", Value: "\xff"}},
		Response: bytes.Repeat([]byte{0, 0xff}, 32<<10), ResponseBytes: 1 << 40, ResponseTruncated: true,
	}
	given := []webhook.Attempt{full, unanswered(webhook.FailureRefused), {}}
	for _, a := range given {
		attempt(t, l, d.ID, a)
	}
	got := get(t, l.Reader(), d.ID)
	for i := range given {
		given[i].N = i + 1
	}
	if diff := cmp.Diff(given, got.History, whole()); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestSummaryShowsTheLatestAttempt(t *testing.T) {
	l, d := openLog(t, t.TempDir(), Options{}), newSource(1).next()
	record(t, l, d)
	attempt(t, l, d.ID, answered(200))
	last := to("http://localhost:4000/", unanswered(webhook.FailureTimeout))
	last.Duration = 10 * time.Second
	attempt(t, l, d.ID, last)
	got := get(t, l.Reader(), d.ID).Summary
	want := d.Summary
	want.Status, want.Attempts, want.Target = webhook.StatusTimedOut, 2, last.Target
	want.Duration, want.Failure = last.Duration, last.Failure
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestStatusDependsOnTheAttempts(t *testing.T) {
	ok, refused := answered(204), answered(404)
	for name, c := range map[string]struct {
		attempts []webhook.Attempt
		want     []webhook.Status
	}{
		"delivered":               {[]webhook.Attempt{ok}, []webhook.Status{webhook.StatusDelivered}},
		"refused, then mended":    {[]webhook.Attempt{refused, ok}, []webhook.Status{webhook.StatusRefused, webhook.StatusDelivered}},
		"a redirect is an answer": {[]webhook.Attempt{answered(302)}, []webhook.Status{webhook.StatusRefused}},
		"of two targets the worst": {
			[]webhook.Attempt{ok, to("http://b/", unanswered(webhook.FailureRefused)), to("http://b/", refused), to("http://b/", ok)},
			[]webhook.Status{webhook.StatusDelivered, webhook.StatusUnreachable, webhook.StatusRefused, webhook.StatusDelivered},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, d := openLog(t, t.TempDir(), Options{}), newSource(1).next()
			record(t, l, d)
			for i, a := range c.attempts {
				got := attempt(t, l, d.ID, a)
				if read := get(t, l.Reader(), d.ID).Status; got != c.want[i] || read != c.want[i] {
					t.Errorf("after attempt %d: answered %q, read %q, want %q", i+1, got, read, c.want[i])
				}
			}
		})
	}
}

func TestAttemptAtUnknownDeliveryIsNotFound(t *testing.T) {
	errs := make(chan error, 1)
	l := openLog(t, t.TempDir(), Options{OnError: func(err error) { errs <- err }})
	_, err := l.AddAttempts("dlv_0000000000", []webhook.Attempt{answered(200)}, nil)
	var notFound *NotFoundError
	if !errors.As(err, &notFound) {
		t.Errorf("AddAttempts got %v, want a NotFoundError", err)
	}
	if err := l.QueueAttempts("dlv_1111111111", []webhook.Attempt{answered(200)}, nil); err != nil {
		t.Errorf("QueueAttempts got %v, want nothing: it does not wait", err)
	}
	var failed *AttemptError
	if err := <-errs; !errors.As(err, &failed) || failed.ID != "dlv_1111111111" || !errors.As(err, &notFound) {
		t.Errorf("OnError got %v, want an AttemptError of that id about a NotFoundError", err)
	}
}

func TestQueuedAttemptsAreWrittenInOrder(t *testing.T) {
	l, d := openLog(t, t.TempDir(), Options{}), newSource(1).next()
	record(t, l, d)
	cursor, err := l.Reader().LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for code := 500; code < 550; code++ {
		if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(code)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Reader().Wait(t.Context(), cursor); err != nil { // no Record or Flush follows
		t.Fatal(err)
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	history := get(t, l.Reader(), d.ID).History
	if len(history) != 50 {
		t.Fatalf("%d attempts, want 50", len(history))
	}
	for i, a := range history {
		if a.N != i+1 || a.Code != 500+i {
			t.Errorf("attempt %d: N %d, code %d, want %d, %d", i, a.N, a.Code, i+1, 500+i)
		}
	}
}

func TestCycleOfReplaysIsResolvedOnce(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	a := src.next()
	b := src.next(func(d *webhook.Delivery) { d.ReplayOf = a.ID })
	a.ReplayOf = b.ID
	c := src.next(func(d *webhook.Delivery) { d.ReplayOf = b.ID })
	record(t, l, a, b, c)
	if got := attempt(t, l, c.ID, answered(200)); got != webhook.StatusDelivered {
		t.Errorf("got %q, want delivered", got)
	}
}

func TestReplayOfPrunedDeliveryIsDelivered(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	d := newSource(1).next(func(d *webhook.Delivery) { d.ReplayOf = "dlv_0000000000" })
	record(t, l, d)
	if got := attempt(t, l, d.ID, answered(200)); got != webhook.StatusDelivered {
		t.Errorf("got %q, want delivered", got)
	}
}
