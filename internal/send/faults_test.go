package send

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// faultySession is a session and its log, which fail as a test's scripts say.
type faultySession struct {
	send, get testkit.Script
	status    webhook.Status
	code      int
	sent      int
}

func (s *faultySession) Send(context.Context, dispatch.Target, webhook.Header, []byte) dispatch.Result {
	a := webhook.Attempt{StartedAt: time.Now()}
	if err := testkit.Run(&s.send); err != nil {
		a.Failure, a.Error = webhook.Failure(err.Error()), err.Error()
		return dispatch.Result{Attempt: a}
	}
	s.sent++
	a.Code = s.code
	a.Header = webhook.Header{{Name: session.DeliveryHeader, Value: "dlv_a61tzr5x0k"}, {Name: session.StatusHeader, Value: string(s.status)}}
	return dispatch.Result{Attempt: a}
}

func (s *faultySession) Get(_ context.Context, id webhook.ID) (webhook.Delivery, error) {
	if err := testkit.Run(&s.get); err != nil {
		return webhook.Delivery{}, err
	}
	a := webhook.Attempt{N: 1, Target: "http://localhost:3000/webhooks/vidiking", Code: s.code}
	return webhook.Delivery{Summary: webhook.Summary{ID: id, Status: s.status, Attempts: 1}, History: []webhook.Attempt{a}}, nil
}

func (*faultySession) Close() {}

type faultyLog struct{ *faultySession }

func (faultyLog) Close() error { return nil }

func newFaultySession(status webhook.Status, code int) (*faultySession, *viaSession) {
	s := &faultySession{status: status, code: code}
	return s, &viaSession{sender: s, reader: faultyLog{s}, now: time.Now, session: session.Info{URL: "http://127.0.0.1:4747/webhooks/vidiking"}}
}

// A delivery that the session accepted has its outcome, even if the log cannot be read: an error would make the user send it again.
func TestTheOutcomeOfASendSurvivesALogThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{store.ErrBusy, store.ErrFull, store.ErrCorrupt, context.Canceled} {
		for _, tc := range []struct {
			status webhook.Status
			code   int
		}{
			{webhook.StatusDelivered, http.StatusOK},
			{webhook.StatusRefused, http.StatusUnauthorized},
			{webhook.StatusRejected, http.StatusUnauthorized},
			{webhook.StatusUnreachable, http.StatusBadGateway},
		} {
			for call := int64(1); call <= 2; call++ {
				s, c := newFaultySession(tc.status, tc.code)
				s.get.Store(testkit.FailingOn(func() error { return fault }, call))
				in := relay.Arrival{Body: []byte(`{"event":"render.complete","data":{"id":"job_a"}}`), Origin: webhook.OriginTrigger}
				for range 2 {
					out, err := c.Send(t.Context(), in)
					if err != nil || out.Delivery.ID != "dlv_a61tzr5x0k" || out.Delivery.Status != tc.status || out.Attempt.Code != tc.code {
						t.Errorf("%v at read %d: got %+v, %v; want %s with code %d", fault, call, out.Delivery.Summary, err, tc.status, tc.code)
					}
				}
				if _, _, err := c.SendMany(t.Context(), in); err != nil {
					t.Errorf("%v: SendMany returned %v", fault, err)
				}
				if s.sent != 3 {
					t.Errorf("%v: the session got %d requests, want 3", fault, s.sent)
				}
			}
		}
	}
}

func TestASendThatTheSessionDidNotAcceptIsAnError(t *testing.T) {
	t.Parallel()
	for _, failure := range []webhook.Failure{webhook.FailureRefused, webhook.FailureReset, webhook.FailureTimeout, webhook.FailureUnexpected} {
		s, c := newFaultySession(webhook.StatusDelivered, http.StatusOK)
		s.send.Store(testkit.FailingOn(func() error { return errors.New(string(failure)) }, 2))
		in := relay.Arrival{Body: []byte("{}")}
		if _, err := c.Send(t.Context(), in); err != nil {
			t.Errorf("%s: the first send returned %v", failure, err)
		}
		if _, err := c.Send(t.Context(), in); err == nil {
			t.Errorf("%s: the second send returned no error", failure)
		}
		if _, err := c.Send(t.Context(), in); err != nil {
			t.Errorf("%s: the third send returned %v", failure, err)
		}
	}
}
