package listen

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/listen/process"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

const (
	handlerGrace   = 5 * time.Second       // for the handler and its descendants to end when they are asked to
	connectTimeout = time.Second           // of a check whether a target of this machine accepts connections
	connectPause   = 50 * time.Millisecond // between two checks
	lastLines      = 10                    // of the handler's output, shown when it fails
)

// handler is the program that --run starts, and that serves the local targets. A nil handler does nothing.
type handler struct {
	command string
	targets []dispatch.Target // on this machine
	prober  *dispatch.Sender

	process *process.Process // nil until it is started
	output  *process.Output
	signal  os.Signal // ends it
	stopped sync.Once

	mu   sync.Mutex
	last []string // the last lines of its output
}

// newHandler returns the handler for --run, or nil without --run. It refuses a target whose port is in use, because the wrong handler would
// receive the deliveries.
func newHandler(ctx context.Context, o *RunOptions, routes []relay.Route) (*handler, error) {
	if o.Command == "" {
		return nil, nil
	}
	h := &handler{
		command: o.Command, prober: dispatch.NewSender(dispatch.Options{Timeout: connectTimeout}), signal: syscall.SIGTERM,
	}
	for _, r := range routes {
		same := func(t dispatch.Target) bool { return t.Host() == r.Target.Host() }
		if r.Target.IsLocal() && !slices.ContainsFunc(h.targets, same) {
			h.targets = append(h.targets, r.Target)
		}
	}
	if len(h.targets) == 0 {
		return nil, output.Usage("--run starts a handler on this machine, but no --forward target is on this machine",
			"name its address: --forward localhost:3000")
	}
	for _, t := range h.targets {
		if h.prober.Reachable(ctx, t) == nil {
			return nil, h.portInUse(ctx, t)
		}
	}
	return h, nil
}

// portInUse returns the error for a target that another process serves.
func (h *handler) portInUse(ctx context.Context, t dispatch.Target) error {
	what := fmt.Sprintf("can't run %q: %s is already in use", h.command, t.Host())
	_, text, _ := net.SplitHostPort(t.Host())
	port, err := strconv.Atoi(text)
	if err == nil {
		if by, ok := process.FindHolder(ctx, port); ok {
			return output.Failed(nil, fmt.Sprintf("%s by %s (process %d)", what, display.Clean(by.Name), by.PID), fmt.Sprintf("stop that process: kill %d", by.PID))
		}
	}
	return output.Failed(nil, what, "stop the program that uses it, or run the handler on another port")
}

// start starts the handler with additional environment variables. show gets each line of its output.
func (h *handler) start(environment []string, show func(line string)) (err error) {
	if h == nil {
		return nil
	}
	cmd := process.Shell(h.command)
	cmd.Env = append(cmd.Environ(), environment...)
	if h.output, err = process.Pipe(cmd); err == nil {
		h.process, err = process.Start(cmd)
		h.output.Read(func(line string) {
			h.keep(line)
			show(line)
		})
	}
	if err != nil {
		return output.Failed(err, fmt.Sprintf("can't start %q: %s", h.command, output.StartReason(err)), "try to run it without listen: "+h.command)
	}
	return nil
}

func (h *handler) keep(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last = append(h.last, line); len(h.last) > lastLines {
		h.last = h.last[1:]
	}
}

// ended returns a channel that is closed when the handler ends; nil, which blocks forever, if there is none.
func (h *handler) ended() <-chan struct{} {
	if h == nil || h.process == nil {
		return nil
	}
	return h.process.Ended()
}

// awaitUp waits until every local target accepts connections. It returns an error if the handler ends, or takes longer than timeout.
func (h *handler) awaitUp(ctx context.Context, timeout time.Duration) error {
	if h == nil {
		return nil
	}
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for _, t := range h.targets {
		for h.prober.Reachable(timed, t) != nil {
			select {
			case <-time.After(connectPause):
			case <-h.ended():
				return h.endedError()
			case <-timed.Done():
				return h.timeoutError(ctx, t, timeout)
			}
		}
	}
	return nil
}

func (h *handler) timeoutError(ctx context.Context, t dispatch.Target, timeout time.Duration) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &output.Failure{
		Code: output.ExitWaited, What: fmt.Sprintf("%q did not accept connections on %s within %s", h.command, t.Host(), display.Period(timeout)),
		Detail: h.lines(), Hints: []string{"does it use that port? If it only needs more time: --run-timeout " + (2 * timeout).String()},
	}
}

// endedError returns the error for a handler that ended by itself. It first ends the rest of its group, which completes the output.
func (h *handler) endedError() error {
	h.stop()
	code := h.process.ExitCode()
	f := &output.Failure{Code: output.ExitHandler, What: fmt.Sprintf("%q ended with exit code %d", h.command, code), Detail: h.lines()}
	if code == output.ExitDone {
		f.Hints = []string{"run the handler in the foreground, because listen ends with it"}
	}
	return f
}

func (h *handler) lines() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.last)
}

// failure returns the error for a handler that has ended by itself; nil if it still runs.
func (h *handler) failure() error {
	select {
	case <-h.ended():
		return h.endedError()
	default:
		return nil
	}
}

// endWith makes stop use a signal. The system has no other signal than Ctrl-Break on Windows.
func (h *handler) endWith(sig os.Signal) {
	if h != nil {
		h.signal = sig
	}
}

// stop ends the handler and its descendants, and waits until their output is printed.
func (h *handler) stop() {
	if h == nil || h.process == nil {
		return
	}
	h.stopped.Do(func() {
		h.process.StopGroup(h.signal, handlerGrace)
		h.output.Close()
		h.process.Close()
	})
}

// kill ends the handler and its descendants at once.
func (h *handler) kill() {
	if h != nil && h.process != nil {
		_ = h.process.Signal(os.Kill) // fails if the group is empty
	}
}

func (h *handler) close() {
	h.stop()
	if h != nil {
		h.prober.Close()
	}
}
