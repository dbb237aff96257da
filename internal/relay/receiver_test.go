package relay

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// fakeReceiver is a receiver whose results a test defines. The method named in panics has a bug.
type fakeReceiver struct {
	status  webhook.Status
	err     error // of accept
	made    []webhook.Attempt
	unsent  bool
	sendErr error // of forward and forwardAndWait
	outcome webhook.Status
	panics  string
	notices noticeLog
}

func (f *fakeReceiver) enter(method string) {
	if f.panics == method {
		panic("a bug for the test")
	}
}

func (f *fakeReceiver) HasTarget(string) bool { return false }
func (f *fakeReceiver) notify(n Notice)       { f.notices.add(n) }

func (f *fakeReceiver) accept(context.Context, Arrival) (*recordedDelivery, error) {
	f.enter("accept")
	return &recordedDelivery{Delivery: webhook.Delivery{Summary: webhook.Summary{ID: "dlv_0", Status: f.status, Verdict: webhook.VerdictInvalid}}}, f.err
}

func (f *fakeReceiver) forward(*recordedDelivery) ([]webhook.Attempt, bool, error) {
	f.enter("forward")
	return f.made, f.unsent, f.sendErr
}

func (f *fakeReceiver) forwardLater(_ *recordedDelivery, done func()) {
	f.enter("forwardLater")
	done()
}

func (f *fakeReceiver) forwardAndWait(context.Context, *recordedDelivery) (Outcome, error) {
	f.enter("forwardAndWait")
	return Outcome{Delivery: webhook.Delivery{Summary: webhook.Summary{Status: f.outcome}}, Attempt: webhook.Deciding(f.made)}, f.sendErr
}

func TestIngressRespondsToEachResultOfTheRelay(t *testing.T) {
	tests := []struct {
		name     string
		receiver *fakeReceiver
		trusted  bool
		code     int
		status   string // header for a trusted sender
	}{
		{"not recorded", &fakeReceiver{err: errors.New("full")}, false, 503, ""},
		{"panic while recording", &fakeReceiver{err: errPanic}, true, 500, ""},
		{"rejected", &fakeReceiver{status: webhook.StatusRejected}, false, 401, ""},
		{"rejected, trusted", &fakeReceiver{status: webhook.StatusRejected}, true, 401, "rejected"},
		{"skipped", &fakeReceiver{status: webhook.StatusSkipped}, false, 200, ""},
		{"delivered", &fakeReceiver{made: []webhook.Attempt{{Code: 201}}}, false, 201, ""},
		{"delivered and unsent", &fakeReceiver{made: []webhook.Attempt{{Code: 201}}, unsent: true}, false, 201, ""},
		{"unsent", &fakeReceiver{unsent: true}, false, 503, ""},
		{"held", &fakeReceiver{}, false, 200, ""},
		{"panic while forwarding", &fakeReceiver{sendErr: errPanic}, false, 500, ""},
		{"panic while forwarding, trusted", &fakeReceiver{sendErr: errPanic}, true, 500, ""},
		{"refused, trusted", &fakeReceiver{outcome: webhook.StatusRefused, made: []webhook.Attempt{{Code: 418}}}, true, 418, "refused"},
		{"held, trusted", &fakeReceiver{outcome: webhook.StatusPending}, true, 202, "pending"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, header := postTo(test.receiver, RespondHandler, test.trusted)
			if status := header.Get(session.StatusHeader); code != test.code || status != test.status {
				t.Errorf("got %d with status %q, want %d with %q", code, status, test.code, test.status)
			}
			if retry := header.Get("Retry-After"); (retry != "") != (test.code == http.StatusServiceUnavailable) {
				t.Errorf("got %d with Retry-After %q, want it with 503 only", code, retry)
			}
		})
	}
}

func TestIngressSurvivesAPanicInTheRelay(t *testing.T) {
	for method, sent := range map[string]struct {
		respond Respond
		trusted bool
	}{
		"accept": {}, "forward": {}, "forwardAndWait": {trusted: true}, "forwardLater": {respond: RespondAck},
	} {
		r := &fakeReceiver{panics: method}
		if code, _ := postTo(r, sent.respond, sent.trusted); code != http.StatusInternalServerError || len(r.notices.of(NoticePanic)) != 1 {
			t.Errorf("%s panics: got %d and notices %+v, want 500 and one panic", method, code, r.notices.all)
		}
	}
}

// postTo sends a delivery through an ingress to r.
func postTo(r *fakeReceiver, respond Respond, trusted bool) (code int, header http.Header) {
	in := newIngress(r, IngressOptions{Path: ingressPath, Token: token, Respond: respond, MaxBody: 1 << 20})
	req := httptest.NewRequest(http.MethodPost, ingressPath, strings.NewReader(sampleBody))
	if trusted {
		req.Header.Set(session.SenderHeader, session.Sender{Token: token, Origin: webhook.OriginTrigger}.String())
	}
	w := httptest.NewRecorder()
	in.ServeHTTP(w, req)
	return w.Code, w.Header()
}

func (*fakeReceiver) flush(context.Context) {}
