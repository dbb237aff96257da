package send

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
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

// Each request of a load run has its own outcome: one that the session did not accept does not end the run.
func TestFaultsOfALoadRunThroughASessionAreReported(t *testing.T) {
	t.Parallel()
	get := func(s *faultySession) *testkit.Script { return &s.get }
	send := func(s *faultySession) *testkit.Script { return &s.send }
	for name, tc := range map[string]struct {
		status webhook.Status
		answer int
		seam   func(*faultySession) *testkit.Script
		fault  error
		calls  []int64
		sent   int // accepted by the session
		code   int
		want   string // the error; empty: none with a text
	}{
		"the session refuses a connection": {
			webhook.StatusDelivered, http.StatusOK, send, errors.New(string(webhook.FailureRefused)), []int64{2}, 2, output.ExitFailed,
			"1 of 3 requests were not accepted",
		},
		"the session ends": {
			webhook.StatusDelivered, http.StatusOK, send, errors.New(string(webhook.FailureReset)), []int64{2, 3}, 1, output.ExitFailed,
			"2 of 3 requests were not accepted",
		},
		"the session is suspended": { // the requests after the first do not wait
			webhook.StatusDelivered, http.StatusOK, send, errors.New(string(webhook.FailureTimeout)), []int64{1}, 0, output.ExitFailed,
			"3 of 3 requests were not accepted",
		},
		"the log of delivered requests is not needed": {
			webhook.StatusDelivered, http.StatusOK, get, store.ErrCorrupt, []int64{1, 2, 3}, 3, output.ExitDone, "",
		},
		"the log cannot be read": {
			webhook.StatusRefused, http.StatusUnauthorized, get, store.ErrBusy, []int64{1, 2, 3}, 3, output.ExitHandler, "",
		},
	} {
		s, c := newFaultySession(tc.status, tc.answer)
		tc.seam(s).Store(testkit.FailingOn(func() error { return tc.fault }, tc.calls...))
		var out bytes.Buffer
		runner := newTestRunner(&out, 0)
		runner.Use(&Destination{Session: &c.session, conn: c})
		err := runner.RunLoad(t.Context(), threeRequests(t), LoadOptions{Concurrency: 1})
		if exitCode(err) != tc.code || tc.want != "" && err.Error() != tc.want {
			t.Errorf("%s: got %v, want exit code %d and %q", name, err, tc.code, tc.want)
		}
		if s.sent != tc.sent {
			t.Errorf("%s: the session accepted %d requests, want %d", name, s.sent, tc.sent)
		}
	}
}
