package emulatorcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/emulator"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
)

const (
	headerTimeout = 10 * time.Second
	stopTimeout   = 5 * time.Second // for requests in progress
	rowsKept      = 1000            // attempts that wait to be printed
	// 100,000 pending retries take half of it. Beyond it, garbage is collected as often as necessary.
	memoryLimit = 64 << 20
)

// run runs the emulator until it is interrupted.
func run(ctx context.Context, a *cmdutil.App, o *emulatorOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	if err := o.secret(ctx, a); err != nil {
		return err
	}
	dir, remove, err := o.stateDir(a)
	if err != nil {
		return err
	}
	defer remove()
	o.emulator.Dir = dir
	debug.SetMemoryLimit(memoryLimit)
	rows := newRows(a, out)
	o.emulator.Sent, o.emulator.OnError = rows.add, rows.fail
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return cmdutil.Failed(err, "cannot listen on "+o.addr+": "+output.PathReason(err), "use another address: --addr 127.0.0.1:0")
	}
	e, err := emulator.Open(ctx, o.emulator)
	if err != nil {
		_ = ln.Close() // it has no connection yet
		return explain(a, err)
	}
	err = serve(ctx, a, e, ln, func() error { return ready(out, e, o, ln) }, rows)
	now := e.Now()
	if err := errors.Join(err, e.Close()); err != nil {
		return err
	}
	return output.ClosedPipe(output.EmulatorClosing(out, "emulator_stopped", output.EmulatorStopped{
		Sentence: fmt.Sprintf("Stopped. %s.", display.Counted(int(rows.total.Load()), "attempt", "attempts")), Attempts: int(rows.total.Load()), Now: now,
	}))
}

func explain(a *cmdutil.App, err error) error {
	var inUse *emulator.InUseError
	if errors.As(err, &inUse) {
		return cmdutil.Usage(inUse.Error(), inUse.Advice())
	}
	return cmdutil.Explain(a, err)
}

// serve serves requests and prints attempts until it is interrupted.
func serve(ctx context.Context, a *cmdutil.App, e *emulator.Emulator, ln net.Listener, ready func() error, rows *rows) error {
	server := &http.Server{Handler: e.Handler(), ReadHeaderTimeout: headerTimeout, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	err := ready()
	printing := make(chan struct{})
	go func() {
		defer close(printing)
		rows.print()
	}()
	interrupts := a.TakeInterrupts()
	if err == nil && ctx.Err() == nil {
		select {
		case <-interrupts:
		case err = <-served:
		}
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	go func() {
		select {
		case <-interrupts:
			cancel()
		case <-stopping.Done():
		}
	}()
	if server.Shutdown(stopping) != nil {
		_ = server.Close() // requests that did not end in time
	}
	cancel()
	close(rows.queue)
	<-printing
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return output.ClosedPipe(err)
}

// ready prints the ready block.
func ready(out output.Options, e *emulator.Emulator, o *emulatorOptions, ln net.Listener) error {
	base := "http://" + ln.Addr().String()
	r := output.EmulatorReady{
		URL: base + "/v1", Key: "any", Clock: "real", Now: e.Now(), Secret: o.emulator.Secret.String(), State: o.state, Seed: e.Seed(), Pending: e.Pending(),
		Next: []output.Suggestion{
			{Text: "Point your program at it:", Command: "export " + config.EnvAPIURL + "=" + base + "/v1 " + config.EnvAPIKey + "=any"},
		},
	}
	if o.key != "" {
		r.Key = "the given one"
	}
	switch {
	case o.clock == "manual":
		r.Clock = "manual, " + e.Now().Format(time.RFC3339)
		r.Next = append(r.Next, output.Suggestion{Text: "Move the clock:", Command: "vidiking emulator advance --until idle"})
	case o.speed != 1:
		r.Clock = fmt.Sprintf("real, %g times as fast", o.speed)
	}
	if base != "http://"+defaultAddr && o.clock == "manual" {
		r.Next[1].Command += " --api-url " + base + "/v1"
	}
	return output.Emulator(out, r, base+emulator.ControlPath)
}

// rows prints attempts. A slow terminal never delays the emulator: beyond a number of waiting rows, they are only counted.
type rows struct {
	app     *cmdutil.App
	printer output.Printer
	queue   chan emulator.Sent
	total   atomic.Int64
	dropped atomic.Int64
}

func newRows(a *cmdutil.App, out output.Options) *rows {
	return &rows{app: a, printer: output.New(out), queue: make(chan emulator.Sent, rowsKept)}
}

func (r *rows) add(s emulator.Sent) {
	r.total.Add(1)
	select {
	case r.queue <- s:
	default:
		r.dropped.Add(1)
	}
}

// fail prints an error that has no caller.
func (r *rows) fail(err error) {
	var attempt *store.AttemptError // of a delivery that a reset has deleted
	if !errors.As(err, &attempt) {
		r.app.Stderr().Error(err.Error(), nil, nil)
	}
}

func (r *rows) print() {
	for s := range r.queue {
		printAttempt(r.printer, s)
		if n := r.dropped.Swap(0); n > 0 {
			r.printer.Notice(output.Notice{Code: "rows_omitted", Message: fmt.Sprintf("%s more attempts are in the log.", display.Count(int(n)))})
		}
	}
}

// printAttempt prints the row of an attempt, and that it was the last one.
func printAttempt(p output.Printer, s emulator.Sent) {
	p.Attempted(s.Delivery, s.Attempt, output.Detail{})
	if s.GivenUp {
		p.Notice(output.Notice{Code: "given_up", At: s.Attempt.StartedAt, Message: "The last retry of " + string(s.Delivery.ID) + " failed. Vidiking would mark it as failed."})
	}
}
