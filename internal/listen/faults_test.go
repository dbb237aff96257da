package listen

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// exitOf returns the exit code of a command that ends with an error.
func exitOf(err error) int {
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

// checkReleased asserts that a session has ended: no other command finds it, and its journal is filed.
func checkReleased(t *testing.T, dir string) {
	t.Helper()
	if live, err := session.Live(dir); err != nil || len(live) != 0 {
		t.Errorf("sessions %+v, %v; want none", live, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "journal-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("files %v, %v are left, want no journal", left, err)
	}
}

// startFault is a fault during the start of a session.
type startFault struct {
	fault func(t *testing.T, o *Options)
	code  int
	want  error // nil: any
}

func startFaults() map[string]startFault {
	fault := errors.New("a fault of the test")
	all := map[string]startFault{
		"the secret cannot be read": {func(_ *testing.T, o *Options) {
			o.Secrets.Load = func() (Secret, error) { return Secret{}, fault }
		}, output.ExitFailed, fault},
		"the secret cannot be followed": {func(_ *testing.T, o *Options) {
			o.Secrets.Follow = func(webhook.Secret, func(webhook.Secret)) (func() []webhook.Secret, error) { return nil, fault }
		}, output.ExitFailed, fault},
		"the report cannot be created": {func(_ *testing.T, o *Options) {
			o.Wait.CreateReport = func() (*atomicfile.File, error) { return nil, fault }
		}, output.ExitFailed, fault},
		"the account cannot be read": {func(_ *testing.T, o *Options) {
			o.Account.Register = true
			o.Account.Registrar = func(context.Context) (*Registrar, error) { return nil, fault }
		}, output.ExitFailed, fault},
		"the command does not exist": {func(_ *testing.T, o *Options) {
			o.Command.Args = []string{"no-such-program-of-the-test"}
		}, output.ExitUsage, nil},
		"the address is in use": {func(t *testing.T, o *Options) {
			o.Ingress.Addr = testkit.Serve(t, testkit.Respond(http.StatusOK, "")).Addr()
		}, output.ExitFailed, nil},
		"the JSON file cannot be created": {func(t *testing.T, o *Options) {
			o.JSONFile = JSONFile{Path: filepath.Join(t.TempDir(), "nowhere", "events.jsonl"), Name: "nowhere/events.jsonl"}
		}, output.ExitFailed, nil},
		"the ready file cannot be written": {func(t *testing.T, o *Options) {
			o.Ready = ReadyFile{Path: filepath.Join(t.TempDir(), "nowhere", "ready"), Name: "nowhere/ready"}
		}, output.ExitFailed, nil},
		"sessions cannot be announced": {func(t *testing.T, o *Options) {
			open := o.Log.Open
			o.Log.Open = func(ctx context.Context, onError func(error)) (*store.Log, error) {
				if err := os.WriteFile(filepath.Join(o.Log.Dir, "sessions"), nil, 0o600); err != nil {
					t.Error(err)
				}
				return open(ctx, onError)
			}
		}, output.ExitFailed, nil},
	}
	for _, err := range []error{store.ErrBusy, store.ErrFull, store.ErrReadOnly, store.ErrCorrupt, store.ErrNewerSchema} {
		all["the log cannot be opened: "+err.Error()] = startFault{func(_ *testing.T, o *Options) {
			o.Log.Open = func(context.Context, func(error)) (*store.Log, error) { return nil, err }
		}, output.ExitFailed, err}
	}
	return all
}

func TestAFaultDuringTheStartEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, tc := range startFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, out, _ := optionsFor(t, freeAddress(t))
			tc.fault(t, o)
			err := Run(t.Context(), o)
			if exitOf(err) != tc.code || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("got %v, want exit code %d and %v", err, tc.code, tc.want)
			}
			if strings.Contains(out.String(), "Ready") {
				t.Errorf("the session was ready:\n%s", out)
			}
			_ = os.Remove(filepath.Join(o.Log.Dir, "sessions"))
			checkReleased(t, o.Log.Dir)
		})
	}
}

// running is a session that receives deliveries while a fault happens.
type running struct {
	*Session
	t          *testing.T
	o          *Options
	out        *screen
	handler    *testkit.Handler
	interrupts chan os.Signal
	client     *http.Client

	mu    sync.Mutex
	codes map[string]int // of the responses by body
}

// post sends a delivery and notes the response; 0: there is none.
func (r *running) post(body string) {
	code := 0
	if response, err := r.client.Post(r.ingress.url(), "application/json", strings.NewReader(body)); err == nil {
		_ = response.Body.Close()
		code = response.StatusCode
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.codes[body] = code
}

// postBehind sends a delivery that gets no response soon, and returns when the handler has it.
func (r *running) postBehind(body string) (wait func()) {
	received, done := len(r.handler.Requests()), make(chan struct{})
	go func() {
		defer close(done)
		r.post(body)
	}()
	r.handler.Wait(received + 1)
	return func() { <-done }
}

// interrupt interrupts the session, as Ctrl-C does.
func (r *running) interrupt() { r.interrupts <- os.Interrupt }

// lockLog makes every other connection to the log wait, until release is called.
func (r *running) lockLog() (release func()) {
	r.t.Helper()
	busy, err := store.OpenImport(r.t.Context(), r.o.Log.Dir, store.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	d := webhook.Delivery{Summary: webhook.Summary{ID: "dlv_0000000000", ReceivedAt: time.Now()}}
	if err := busy.Add(r.t.Context(), &d); err != nil { // begins a transaction
		r.t.Fatal(err)
	}
	return func() {
		if err := busy.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// checkLog asserts that the log has every delivery that was acknowledged.
func (r *running) checkLog() {
	r.t.Helper()
	log, err := store.OpenReader(r.t.Context(), r.o.Log.Dir)
	if err != nil {
		r.t.Fatal(err)
	}
	defer log.Close()
	all, err := log.List(r.t.Context(), store.Query{})
	if err != nil {
		r.t.Fatal(err)
	}
	recorded := map[string]webhook.Summary{}
	for _, s := range all {
		d, err := log.Get(r.t.Context(), s.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		recorded[string(d.Body)] = s
	}
	for body, code := range r.codes {
		s, ok := recorded[body]
		if !ok && code != 0 && code != http.StatusServiceUnavailable {
			r.t.Errorf("%s got %d and is not recorded", body, code)
		}
		isHeld := r.o.Handler.Hold && s.Status == webhook.StatusPending
		if code == http.StatusOK && s.Status != webhook.StatusDelivered && !isHeld {
			r.t.Errorf("%s got 200 and is %q, want delivered", body, s.Status)
		}
	}
}

// sessionFault is a fault of a running session.
type sessionFault struct {
	handler http.Handler // nil: responds with 200
	options func(t *testing.T, o *Options)
	during  func(r *running) // after the first delivery; ends the session
	code    int
	want    string // part of the output; empty: any
}

func sessionFaults() map[string]sessionFault {
	lost := errors.New("the tunnel is lost")
	return map[string]sessionFault{
		"nothing": {during: (*running).interrupt, code: output.ExitDone, want: "received 1"},
		"the log is locked for a while": {during: func(r *running) {
			release := r.lockLog()
			r.post("locked")
			release()
			r.interrupt()
		}, code: output.ExitDone, want: "received 2"},
		"the log is removed": {during: func(r *running) {
			for _, suffix := range []string{"-wal", "-shm", ""} { // the writer notices the last
				_ = os.Remove(filepath.Join(r.o.Log.Dir, store.FileName+suffix))
			}
			r.mu.Lock()
			clear(r.codes) // what the removed log had is gone
			r.mu.Unlock()
			r.post("in the new log")
			r.interrupt()
		}, code: output.ExitDone},
		"the log reports errors": {during: func(r *running) {
			for _, err := range []error{store.ErrBusy, store.ErrFull, store.ErrReadOnly, store.ErrCorrupt, errors.New("a fault of the test")} {
				r.log.errors.Report(err)
			}
			r.post("later")
			r.interrupt()
		}, code: output.ExitDone, want: "The disk is full: deliveries cannot be recorded"},
		"the handler resets connections": {handler: testkit.Reset(), during: func(r *running) {
			r.post("reset")
			r.interrupt()
		}, code: output.ExitDone, want: "received 2"},
		"the handler hangs up": {handler: testkit.HangUpMidResponse(), during: (*running).interrupt, code: output.ExitDone},
		"the handler stops": {during: func(r *running) {
			r.handler.Stop()
			r.post("nobody listens")
			r.interrupt()
		}, code: output.ExitDone, want: "unreachable 1"},
		"the handler stops while deliveries are held": {options: func(_ *testing.T, o *Options) { o.Handler.Hold = true }, during: func(r *running) {
			r.handler.Stop()
			r.post("held")
			r.interrupt()
		}, code: output.ExitDone, want: "1 held for the next listen"},
		"the tunnel is lost": {during: func(r *running) { r.tunnel.lost <- lost }, code: output.ExitFailed, want: "received 1"},
		"the ingress ends":   {during: func(r *running) { _ = r.ingress.ln.Close() }, code: output.ExitFailed},
	}
}

func TestAFaultDuringASessionLosesNoDelivery(t *testing.T) {
	t.Parallel()
	for name, tc := range sessionFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRunning(t, tc.handler, tc.options)
			ended := make(chan error, 1)
			go func() { ended <- r.Run(t.Context()) }()
			r.post("first")
			tc.during(r)
			err := errors.Join(<-ended, r.Close())
			if exitOf(err) != tc.code {
				t.Errorf("got %v, want exit code %d", err, tc.code)
			}
			if !strings.Contains(r.out.String(), tc.want) {
				t.Errorf("want %q in the output, got\n%s", tc.want, r.out)
			}
			r.checkLog()
			checkReleased(t, r.o.Log.Dir)
		})
	}
}

func startRunning(t *testing.T, response http.Handler, change func(*testing.T, *Options)) *running {
	t.Helper()
	if response == nil {
		response = testkit.Respond(http.StatusOK, "")
	}
	handler := testkit.Serve(t, response)
	o, out, interrupts := optionsFor(t, handler.URL())
	o.Ingress.Verify = relay.VerifyOff
	if change != nil {
		change(t, o)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	r := &running{
		Session: newSession(o), t: t, o: o, out: out, handler: handler, interrupts: interrupts,
		client: &http.Client{Transport: transport}, codes: map[string]int{},
	}
	if err := r.Open(t.Context()); err != nil {
		t.Fatal(errors.Join(err, r.Close()))
	}
	return r
}

// A handler that never responds delays the end of a session until the second interrupt. The deliveries in flight are recorded.
func TestASessionWithAHandlerThatHangsCanBeAborted(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	for name, hold := range map[string]bool{"without --hold": false, "with --hold": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRunning(t, testkit.Slow(release, testkit.Respond(http.StatusOK, "")), func(_ *testing.T, o *Options) {
				o.Handler.Timeout, o.Handler.Hold = time.Hour, hold
			})
			ended := make(chan error, 1)
			go func() { ended <- r.Run(t.Context()) }()
			wait := r.postBehind("in flight")
			r.interrupt()
			r.interrupt()
			err := errors.Join(<-ended, r.Close())
			wait()
			if exitOf(err) != output.ExitInterrupted {
				t.Errorf("got %v, want exit code %d", err, output.ExitInterrupted)
			}
			checkReleased(t, r.o.Log.Dir)
			r.checkLog()
		})
	}
}

// An interrupt at any moment of the start ends the session with what it has received.
func TestAnInterruptDuringTheStartDrains(t *testing.T) {
	t.Parallel()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	r := startRunning(t, nil, nil)
	r.post("before Run") // the ingress serves already
	err := errors.Join(r.Run(canceled), r.Close())
	if exitOf(err) != output.ExitDone {
		t.Errorf("got %v, want none", err)
	}
	checkReleased(t, r.o.Log.Dir)
	r.checkLog()
}
