package send

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// directRig sends directly to a handler and records in a log, both of which fail as a test's scripts say.
type directRig struct {
	t                 *testing.T
	runner            *Runner
	out               bytes.Buffer
	record, add, send testkit.Script
	hangs             bool // the handler responds only when ctx is done

	mu       sync.Mutex
	recorded map[webhook.ID]*webhook.Delivery
	received int
}

func (r *directRig) Record(_ context.Context, d *webhook.Delivery) error {
	if err := testkit.Run(&r.record); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	copied := *d
	r.recorded[d.ID] = &copied
	return nil
}

// AddAttempts keeps the attempts if the log is busy, as the journal does.
func (r *directRig) AddAttempts(id webhook.ID, attempts []webhook.Attempt, _ []store.Due) (webhook.Status, error) {
	err := testkit.Run(&r.add)
	if err != nil && !errors.Is(err, store.ErrBusy) {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.recorded[id]
	d.History = append(d.History, attempts...)
	d.Status = webhook.StatusOf(d.History)
	return d.Status, err
}

func (*directRig) QueueAttempts(webhook.ID, []webhook.Attempt, []store.Due) error { return nil }
func (*directRig) Hold(store.Due, string) error                                   { return nil }
func (*directRig) Flush(context.Context) error                                    { return nil }

// Send is the handler.
func (r *directRig) Send(ctx context.Context, t dispatch.Target, _ webhook.Header, _ []byte) dispatch.Result {
	a := webhook.Attempt{Target: t.String(), StartedAt: time.Now(), Code: 200}
	if err := testkit.Run(&r.send); err != nil {
		a.Code, a.Failure, a.Error = 0, webhook.Failure(err.Error()), err.Error()
		return dispatch.Result{Attempt: a}
	}
	r.mu.Lock()
	r.received++
	r.mu.Unlock()
	if r.hangs {
		<-ctx.Done()
		a.Code, a.Failure = 0, webhook.FailureCanceled
	}
	return dispatch.Result{Attempt: a}
}

func (*directRig) Reachable(context.Context, dispatch.Target) error { return nil }

func newDirectRig(t *testing.T, deadline time.Duration) *directRig {
	t.Helper()
	target, err := dispatch.ParseTarget("localhost:3000", "/webhooks/vidiking")
	if err != nil {
		t.Fatal(err)
	}
	r := &directRig{t: t, recorded: map[webhook.ID]*webhook.Delivery{}}
	options := relay.Options{Log: r, Sender: r, Routes: relay.To(target), Verify: relay.VerifyOff, Now: time.Now, Random: rand.Reader}
	c := &direct{
		relay: relay.New(options), options: options, sender: dispatch.NewSender(dispatch.Options{}), now: time.Now, shaped: map[dispatch.Shape]*shaped{},
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	r.runner = newTestRunner(&r.out, deadline)
	r.runner.Use(&Destination{Routes: options.Routes, conn: c})
	return r
}

// newTestRunner returns a Runner that prints to out.
func newTestRunner(out io.Writer, deadline time.Duration) *Runner {
	printed := output.Options{Stdout: out, Stderr: out, Now: time.Now()}
	return NewRunner(RunnerOptions{
		Printer: output.New(printed), Output: printed, Now: time.Now, Deadline: deadline,
		Explain:     func(err error) *output.Failure { return output.Failed(err, err.Error()) },
		Diagnose:    func(context.Context, webhook.Delivery) signature.Diagnosis { return signature.Diagnosis{} },
		WriteFailed: func(err error) error { return err },
	})
}

// threeRequests returns a batch.
func threeRequests(t *testing.T) *Batch {
	t.Helper()
	var payloads [][]byte
	for i := range 3 {
		payloads = append(payloads, fmt.Appendf(nil, `{"event":"render.complete","data":{"id":"job_%d"}}`, i))
	}
	b, err := NewBatch(BatchOptions{Payloads: payloads, Rounds: 1, Signer: Signer{Secret: webhook.SecretFrom("whsec_of_the_tests")}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// exitCode returns the exit code of a command that ends with an error.
func exitCode(err error) int {
	var exit interface{ ExitCode() int }
	switch {
	case err == nil:
		return output.ExitDone
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		return output.ExitFailed
	}
}

// checkLog asserts that the handler received only recorded deliveries, and that a number of them have an attempt.
func (r *directRig) checkLog(what string, recorded, received, withAttempt int) {
	r.t.Helper()
	n := 0
	for _, d := range r.recorded {
		if len(d.History) > 0 {
			n++
		}
	}
	if len(r.recorded) != recorded || r.received != received || n != withAttempt {
		r.t.Errorf("%s: %d are recorded, the handler received %d and %d have an attempt, want %d, %d and %d",
			what, len(r.recorded), r.received, n, recorded, received, withAttempt)
	}
}

// directFault is a fault of a direct send and how a batch of three ends.
type directFault struct {
	name  string
	seam  func(*directRig) *testkit.Script
	fault error
	sends int // the number of requests after the first, if a batch continues after the fault
	code  int // exit code
	// For the request with the fault: whether it is recorded, reaches the handler, and has an attempt.
	recorded, received, attempted int
}

func directFaults() []directFault {
	record := func(r *directRig) *testkit.Script { return &r.record }
	add := func(r *directRig) *testkit.Script { return &r.add }
	send := func(r *directRig) *testkit.Script { return &r.send }
	var all []directFault
	for _, err := range []error{store.ErrBusy, store.ErrFull, store.ErrReadOnly, store.ErrCorrupt, store.ErrClosed} {
		all = append(all, directFault{"Record: " + err.Error(), record, err, 0, output.ExitFailed, 0, 0, 0})
		f := directFault{"AddAttempts: " + err.Error(), add, err, 0, output.ExitFailed, 1, 1, 0}
		if errors.Is(err, store.ErrBusy) { // the journal has the attempt
			f.sends, f.code, f.attempted = 2, output.ExitDone, 1
		}
		all = append(all, f)
	}
	for _, failure := range []webhook.Failure{webhook.FailureRefused, webhook.FailureReset, webhook.FailureTimeout, webhook.FailureUnexpected} {
		all = append(all, directFault{"Send: " + string(failure), send, errors.New(string(failure)), 2, output.ExitHandler, 1, 0, 1})
	}
	return all
}

func TestFaultsOfADirectBatchAreReported(t *testing.T) {
	for _, f := range directFaults() {
		for call := 1; call <= 3; call++ {
			synctest.Test(t, func(t *testing.T) {
				r := newDirectRig(t, 0)
				f.seam(r).Store(testkit.FailingOn(func() error { return f.fault }, int64(call)))
				err := r.runner.SendBatch(t.Context(), threeRequests(t))
				what := fmt.Sprintf("%s at call %d", f.name, call)
				if exitCode(err) != f.code || f.code == output.ExitFailed && !errors.Is(err, f.fault) {
					t.Errorf("%s: got %v, want exit code %d", what, err, f.code)
				}
				others := call - 1 // without a fault
				if f.sends > 0 {
					others = 2
				}
				r.checkLog(what, others+f.recorded, others+f.received, others+f.attempted)
				if got, want := bytes.Count(r.out.Bytes(), []byte("render.complete")), others+f.recorded; got != want {
					t.Errorf("%s: %d responses are printed, want %d:\n%s", what, got, want, &r.out)
				}
			})
		}
	}
}

func TestFaultsOfADirectLoadRunAreReported(t *testing.T) {
	for _, f := range directFaults() {
		for _, calls := range [][]int64{{1}, {2}, {3}, {1, 2, 3}} {
			synctest.Test(t, func(t *testing.T) {
				r := newDirectRig(t, 0)
				f.seam(r).Store(testkit.FailingOn(func() error { return f.fault }, calls...))
				err := r.runner.RunLoad(t.Context(), threeRequests(t), LoadOptions{Concurrency: 2})
				what := fmt.Sprintf("%s at calls %d", f.name, calls)
				if exitCode(err) != f.code {
					t.Errorf("%s: got %v, want exit code %d", what, err, f.code)
				}
				if want := fmt.Sprintf("%d of 3 requests were not recorded", len(calls)); f.code == output.ExitFailed && err.Error() != want {
					t.Errorf("%s: got %q, want %q", what, err, want)
				}
				n, others := len(calls), 3-len(calls)
				r.checkLog(what, others+n*f.recorded, others+n*f.received, others+n*f.attempted)
			})
		}
	}
}

// A handler that never responds ends neither a deadline nor an interrupt: each request in flight has an attempt in the log.
func TestADirectSendToAHandlerThatHangsCanBeEnded(t *testing.T) {
	for name, tc := range map[string]struct {
		deadline   time.Duration
		load       bool
		interrupts int
		cancel     bool
		code       int
		sent       int
		want       string // the error; empty: any
	}{
		"batch at its deadline": {
			deadline: time.Second, code: output.ExitWaited, sent: 1, want: "3 of 3 got no response within 1 s",
		},
		"batch that is canceled": {cancel: true, code: output.ExitFailed, sent: 1},
		"load run at its deadline": {
			deadline: time.Second, load: true, code: output.ExitWaited, sent: 2, want: "3 of 3 got no response within 1 s",
		},
		"load run interrupted twice":      {load: true, interrupts: 2, code: output.ExitInterrupted, sent: 2},
		"load run interrupted, then late": {deadline: time.Second, load: true, interrupts: 1, code: output.ExitInterrupted, sent: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newDirectRig(t, tc.deadline)
				r.hangs = true
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				interrupts := make(chan os.Signal, 2)
				go func() {
					synctest.Wait()
					for range tc.interrupts {
						interrupts <- os.Interrupt
					}
					if tc.cancel {
						cancel()
					}
				}()
				var err error
				if tc.load {
					err = r.runner.RunLoad(ctx, threeRequests(t), LoadOptions{Concurrency: 2, Interrupts: interrupts})
				} else {
					err = r.runner.SendBatch(ctx, threeRequests(t))
				}
				if exitCode(err) != tc.code || tc.want != "" && err.Error() != tc.want {
					t.Errorf("got %v, want exit code %d and %q", err, tc.code, tc.want)
				}
				r.checkLog(name, tc.sent, tc.sent, tc.sent)
			})
		})
	}
}

// The user asked for the handler's response, which a log that cannot be opened must not prevent.
func TestADirectSendNeedsNoLog(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{store.ErrBusy, store.ErrFull, store.ErrReadOnly, store.ErrCorrupt, store.ErrNewerSchema, context.Canceled} {
		h := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
		target, err := dispatch.ParseTarget(h.URL(), "/webhooks/vidiking")
		if err != nil {
			t.Fatal(err)
		}
		d := &Destination{Routes: relay.To(target), recorded: true, options: Options{
			Direct: dispatch.Options{Now: time.Now, Timeout: time.Minute}, Random: rand.Reader,
			OpenLog: func(context.Context) (*store.Log, error) { return nil, fault },
		}}
		if err := d.Open(t.Context(), nil); err != nil || !errors.Is(d.OpenErr(), fault) {
			t.Errorf("%v: Open returned %v and OpenErr %v", fault, err, d.OpenErr())
		}
		out, err := d.Send(t.Context(), relay.Arrival{Body: []byte("{}"), Origin: webhook.OriginTrigger})
		if err != nil || out.Delivery.Status != webhook.StatusDelivered {
			t.Errorf("%v: got %s, %v; want delivered", fault, out.Delivery.Status, err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("%v: Close returned %v", fault, err)
		}
	}
}
