package relay

import (
	"context"

	"net/http"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// panicking sets a Sender that panics for the body "bug" and accepts any other.
func panicking(p *rigOptions) {
	p.relay.Verify = VerifyOff
	p.relay.Sender = &scriptedSender{send: func(_ context.Context, body []byte) webhook.Attempt {
		if string(body) == "bug" {
			panic("a bug for the test")
		}
		return webhook.Attempt{Code: http.StatusOK}
	}}
}

func (r *rig) wantOnePanic(text string) {
	r.tb.Helper()
	notices := r.notices.of(NoticePanic)
	if len(notices) != 1 || !strings.Contains(notices[0].Err.Error(), text) || !strings.Contains(notices[0].Err.Error(), "internal/relay.") {
		r.tb.Errorf("got notices %v, want one panic with %q and its stack", notices, text)
	}
}

func TestAPanicWhileSendingFailsThatDeliveryOnly(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), panicking)
	if got := r.post("bug", nil); got.code != http.StatusInternalServerError || got.body != panicText+"\n" {
		t.Errorf("got %d %q, want 500 %q", got.code, got.body, panicText)
	}
	d := r.onlyDelivery()
	if d.Status != webhook.StatusUnreachable || len(d.History) != 1 || d.History[0].Failure != webhook.FailureUnexpected ||
		d.History[0].Error != panicText || d.History[0].Target != r.o.Routes[0].Target.String() || d.History[0].StartedAt.IsZero() {
		t.Errorf("recorded %s with %+v, want one attempt that failed unexpectedly", d.Status, d.History)
	}
	r.wantOnePanic("a bug for the test")
	if got := r.post("next", nil); got.code != http.StatusOK {
		t.Errorf("the next delivery got %d, want 200", got.code)
	}
	want := Counts{Received: 2, Delivered: 1, Unreachable: 1}
	if got := r.Tally().Counts(); got.Received != want.Received || got.Delivered != want.Delivered || got.Unreachable != want.Unreachable {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	r.wantNothingHeld()
}

func TestAPanicAfterAnAckFailsThatDeliveryOnly(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), panicking, func(p *rigOptions) { p.ingress.Respond = RespondAck })
	if got := r.post("bug", nil); got.code != http.StatusOK {
		t.Errorf("got %d, want 200", got.code)
	}
	r.life.ackedForwards.Wait()
	if d := r.onlyDelivery(); d.Status != webhook.StatusUnreachable || d.Failure != webhook.FailureUnexpected {
		t.Errorf("recorded %s, %s; want unreachable, unexpected", d.Status, d.Failure)
	}
	r.wantOnePanic("a bug for the test")
	r.wantNothingHeld()
	if got := r.post("next", nil); got.code != http.StatusOK {
		t.Errorf("the next delivery got %d, want 200", got.code)
	}
}

func TestAPanicWhileRecordingLeavesNothingBehind(t *testing.T) {
	r, log := startFaulty(t, testkit.RefusingAddr(t), panicking)
	fault := func() error { panic("a bug in the log") }
	log.record.Store(&fault)
	if got := r.post("any", nil); got.code != http.StatusInternalServerError || len(r.recorded()) != 0 {
		t.Errorf("got %d and recorded %d, want 500 and none", got.code, len(r.recorded()))
	}
	r.wantOnePanic("a bug in the log")
	log.record.Store(nil)
	if got := r.post("next", nil); got.code != http.StatusOK {
		t.Errorf("the next delivery got %d, want 200", got.code)
	}
}

func TestAPanicAfterTheAttemptKeepsTheAttempt(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), panicking, func(p *rigOptions) {
		p.relay.Sender = &scriptedSender{send: func(context.Context, []byte) webhook.Attempt {
			return webhook.Attempt{Code: 2000} // an invalid status code makes WriteHeader panic
		}}
	})
	r.post("any", nil)
	if d := r.onlyDelivery(); d.Status != webhook.StatusRefused || len(d.History) != 1 {
		t.Errorf("recorded %s with %d attempts, want refused with one", d.Status, len(d.History))
	}
	r.wantOnePanic("invalid WriteHeader code")
}

// The panic may recur while it is recorded or reported. After an ack no other code recovers it.
func TestAPanicWhileHandlingAPanicIsRecovered(t *testing.T) {
	for _, respond := range []Respond{RespondHandler, RespondAck} {
		r, log := startFaulty(t, testkit.RefusingAddr(t), panicking, func(p *rigOptions) {
			p.ingress.Respond = respond
			p.relay.Notify = func(n Notice) { panic(n) }
		})
		fault := func() error { panic("a bug in the log") }
		log.queue.Store(&fault)
		want := map[Respond]int{RespondHandler: http.StatusInternalServerError, RespondAck: http.StatusOK}[respond]
		if got := r.post("bug", nil); got.code != want {
			t.Errorf("%s: got %d, want %d", respond, got.code, want)
		}
		r.life.ackedForwards.Wait()
		log.queue.Store(nil)
		if got := r.post("next", nil); got.code != http.StatusOK {
			t.Errorf("%s: the next delivery got %d, want 200", respond, got.code)
		}
		r.life.ackedForwards.Wait()
		r.wantNothingHeld()
	}
}

func TestAbortRecordsAttemptsInProgressAsCanceled(t *testing.T) {
	for _, respond := range []Respond{RespondHandler, RespondAck} {
		t.Run(string(respond), func(t *testing.T) {
			never := make(chan struct{})
			handler := testkit.Serve(t, testkit.Slow(never, nil))
			r := start(t, handler.URL(), func(p *rigOptions) { p.ingress.Respond = respond })
			answered := make(chan reply, 1)
			go func() { answered <- r.postSigned(sampleBody) }()
			handler.Wait(1)
			r.Abort()
			want := map[Respond]int{RespondHandler: http.StatusBadGateway, RespondAck: http.StatusOK}[respond]
			if got := receive(t, answered, "the response"); got.code != want {
				t.Errorf("got %d, want %d", got.code, want)
			}
			r.Close()
			if d := r.onlyDelivery(); d.Status != webhook.StatusUnreachable || d.Failure != webhook.FailureCanceled {
				t.Errorf("recorded %s, %s; want unreachable, canceled", d.Status, d.Failure)
			}
			if notices := r.notices.of(NoticePanic); len(notices) != 0 {
				t.Errorf("got notices %v, want no panic", notices)
			}
		})
	}
}

func TestATakenIDIsReplaced(t *testing.T) {
	const once, twice = "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01", "\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"
	tests := []struct {
		name, random string
		want         int // deliveries
		code         int
	}{
		{"taken", once + once, 2, http.StatusOK},
		{"free", once + twice, 2, http.StatusOK},
		{"no randomness left", once + once[:5], 1, http.StatusServiceUnavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
			r := start(t, handler.URL(), func(p *rigOptions) { p.relay.Random = strings.NewReader(test.random) })
			r.postSigned(sampleBody)
			got := r.postSigned(sampleBody)
			var ids []webhook.ID
			for _, d := range r.recorded() {
				ids = append(ids, d.ID)
			}
			if got.code != test.code || len(ids) != test.want || ids[0] != "dlv_1111111111" && ids[1] != "dlv_1111111111" {
				t.Errorf("random %q: the second got %d, recorded %q; want %d and %d deliveries", test.random, got.code, ids, test.code, test.want)
			}
			if n := len(handler.Requests()); n != test.want {
				t.Errorf("random %q: forwarded %d, want %d", test.random, n, test.want)
			}
		})
	}
}

func TestAPanicWhileRecordingDoesNotBlockTheJob(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r, log := startFaulty(t, handler.URL(), func(p *rigOptions) { p.relay.Ordered = true })
	bug := func() error { panic("a bug for the test") }
	log.record.Store(&bug)
	if got := r.postSigned(sampleBody); got.code != http.StatusInternalServerError {
		t.Errorf("got %d, want 500", got.code)
	}
	log.record.Store(nil)
	if got := r.postSigned(sampleBody); got.code != http.StatusOK {
		t.Errorf("the next delivery of the job got %d, want 200", got.code)
	}
}
