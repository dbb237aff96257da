package listen

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/listen/rows"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ScreenOptions says how the TUI is built.
type ScreenOptions struct {
	Unavailable string // why there can be no screen; empty if there can be one
	OpenLog     func(own *store.Reader) (log ScreenLog, closeLog func(), err error)
	Options     func(out output.Options, log view.Log) tui.Options
	Actions     func(SessionSender) view.Actions
	TunnelState func(session.Info) (view.Health, string)
	Explain     func(error) *output.Failure // explains why the screen ended
	Command     func(string) string         // adds the global flags that the user typed to a command
}

// ScreenLog is the delivery log as the screen reads it.
type ScreenLog interface {
	view.Log
	// HandlersSeen returns the health of a session's handlers by target, according to the latest delivery to each.
	HandlersSeen(ctx context.Context, session string) map[string]view.Seen
}

// SessionSender sends deliveries through the session.
type SessionSender struct {
	Deliver func(context.Context, relay.Arrival) (relay.Outcome, error)
	// Owns reports whether a delivery belongs to the session's project. Deliveries without a project belong to every project.
	Owns func(webhook.Summary) bool
}

// screenView is the TUI as the view of a session. If a bug ends the TUI, lines replace it, and the relay continues.
type screenView struct {
	s        *Session
	printing sync.Mutex
	screen   *tui.Screen
	lines    func(context.Context) (*rows.View, error)
	closeLog func()
	style    display.Style

	ctx    context.Context // until Draining
	cancel context.CancelFunc
	ready  output.Ready
	ended  chan struct{}             // the screen is gone, and the terminal is restored
	left   chan struct{}             // the user left the screen
	after  atomic.Pointer[rows.View] // the lines after a bug
	health map[string]*handlerHealth // by target
}

// handlerHealth records the results of the session's own connection attempts to a handler.
type handlerHealth struct {
	upAt        atomic.Int64 // when the handler was last seen to be up again, in milliseconds
	downAtStart atomic.Bool
}

func newScreen(ctx context.Context, s *Session, out output.Options, lines func(context.Context) (*rows.View, error)) (*screenView, error) {
	v := &screenView{
		s: s, lines: lines, ended: make(chan struct{}), left: make(chan struct{}), style: out.Style, health: map[string]*handlerHealth{},
	}
	for _, r := range s.o.Handler.Routes {
		v.health[r.Target.String()] = &handlerHealth{}
	}
	v.ctx, v.cancel = context.WithCancel(context.WithoutCancel(ctx))
	log, closeLog, err := s.o.View.Screen.OpenLog(s.log.Reader())
	if err != nil {
		return nil, err
	}
	v.closeLog = closeLog
	o := s.o.View.Screen.Options(out, log)
	o.OwnsListener, o.Filter = true, s.o.View.FilterText
	o.State = func(ctx context.Context) view.State { return v.state(ctx, log) }
	o.Actions = s.o.View.Screen.Actions(SessionSender{
		Deliver: func(ctx context.Context, in relay.Arrival) (relay.Outcome, error) { return s.relay.Deliver(ctx, in) },
		Owns:    func(d webhook.Summary) bool { return d.Project == "" || d.Project == s.log.location.Project },
	})
	v.screen = tui.New(o)
	return v, nil
}

// state returns the state of the session for the header.
func (v *screenView) state(ctx context.Context, log ScreenLog) view.State {
	s := v.s
	info := s.announce.Info()
	state := view.State{
		Listening: true, URL: cmp.Or(info.PublicURL, info.URL), TunnelName: info.Tunnel,
		Timeout: s.o.Handler.Timeout, Verify: string(s.o.Ingress.Verify),
	}
	state.Tunnel, state.TunnelState = s.o.View.Screen.TunnelState(info)
	if s.o.Ingress.Verify != relay.VerifyOff {
		state.Verify += ", " + info.Secret
	}
	seen := log.HandlersSeen(ctx, info.ID)
	for _, r := range s.o.Handler.Routes {
		t := view.Target{URL: r.Target.String(), Name: r.Target.Short(), Events: r.Events}
		t.Health = v.health[t.URL].combine(seen[t.URL], s.display.handlersUp.Load())
		state.Targets = append(state.Targets, t)
	}
	return state
}

// combine returns the health of the handler from the log and from the session's own connection attempts.
func (h *handlerHealth) combine(logged view.Seen, upAtStart bool) view.Health {
	switch up := h.upAt.Load(); {
	case up > 0 && logged.At.UnixMilli() <= up:
		return view.HealthUp
	case logged.Health == view.HealthUnknown && h.downAtStart.Load():
		return view.HealthDown
	case logged.Health == view.HealthUnknown && upAtStart:
		return view.HealthUp
	}
	return logged.Health
}

// Start shows the screen. Its header replaces the ready block.
func (v *screenView) Start(ready output.Ready, notices []output.Notice) {
	v.ready = ready
	for _, r := range ready.Forward {
		if h := v.health[r.Target]; h != nil && r.Note != "" {
			h.downAtStart.Store(true)
		}
	}
	if v.s.secret.IsNew && v.s.o.Provider.isLocal() && len(ready.Next) > 0 {
		v.screen.Notify(tui.Notice{Text: strings.TrimSuffix(ready.Next[0].Text, ":"), Advice: ": " + v.command("vidiking listen --print-secret")})
	}
	for _, n := range notices {
		v.Say(n)
	}
	go v.run()
}

func (v *screenView) run() {
	err := v.screen.Run(v.ctx)
	v.closeLog()
	close(v.ended)
	if v.ctx.Err() != nil {
		return
	}
	if err == nil {
		close(v.left)
		return
	}
	f := v.s.o.View.Screen.Explain(err)
	v.s.o.System.Errors.Error(f.What, f.Detail, append(f.Hints, "listen continues with lines"))
	live, err := v.lines(v.ctx)
	if err != nil {
		return
	}
	v.after.Store(live)
	live.Start(v.ready, nil)
}

// Notify shows a notice of the relay. It never blocks.
func (v *screenView) Notify(n relay.Notice) {
	if n.Kind == relay.NoticeHandlerBack {
		if h := v.health[n.Target.String()]; h != nil {
			h.upAt.Store(n.At.UnixMilli())
		}
	}
	if live := v.after.Load(); live != nil {
		live.Notify(n)
		return
	}
	notice := output.NoticeOf(n, v.s.o.Ingress.Path, v.style)
	if n.Kind == relay.NoticeHandlerBack && n.Missed > 0 { // the screen has a key to replay what it shows
		notice.Message = strings.TrimSuffix(notice.Message, ".")
		notice.Details = []string{": / status:failed since:" + display.WhenArgument(n.Since, n.At, v.style) + ", then R"}
	}
	v.Say(notice)
}

func (v *screenView) command(text string) string { return v.s.o.View.Screen.Command(text) }

// Say shows a notice. It never blocks.
func (v *screenView) Say(n output.Notice) {
	if live := v.after.Load(); live != nil {
		live.Say(n)
		return
	}
	select {
	case <-v.ended: // the terminal is restored
		v.printing.Lock()
		defer v.printing.Unlock()
		v.s.display.printer.Notice(n)
	default:
		v.screen.Notify(v.format(n))
	}
}

// format returns a notice for the result line, with the command last.
func (v *screenView) format(n output.Notice) tui.Notice {
	out := tui.Notice{Success: n.Good, Text: n.Message}
	for i, detail := range n.Details {
		if !strings.HasPrefix(detail, ": ") {
			detail = " " + detail
		}
		if i == len(n.Details)-1 {
			out.Advice = v.command(detail)
			break
		}
		out.Text += detail
	}
	return out
}

// Left returns a channel that is closed when the user leaves the screen.
func (v *screenView) Left() <-chan struct{} { return v.left }

// Draining closes the screen, and prints how many responses the session waits for.
func (v *screenView) Draining(responses int) {
	if live := v.after.Load(); live != nil {
		rows.Draining(responses)
		return
	}
	v.cancel()
	<-v.ended
	v.printing.Lock()
	defer v.printing.Unlock()
	if responses > 0 {
		v.s.display.printer.ClosingLine(rows.Draining(responses))
	}
}

// Stop prints a summary of the session on the restored terminal.
func (v *screenView) Stop(c relay.Counts, held int) {
	if live := v.after.Load(); live != nil {
		live.Stop(c, held)
		return
	}
	info := v.s.announce.Info()
	summary := output.Stopped{Counts: c, Held: held}
	rows.CountFailed(context.WithoutCancel(v.ctx), &summary, v.s.log.Reader(), info.ID, info.StartedAt, v.s.o.System.Now(), v.style)
	v.printing.Lock()
	defer v.printing.Unlock()
	v.s.display.printer.Stopped(summary)
}

// Close closes the screen without a summary.
func (v *screenView) Close() {
	v.cancel()
	if live := v.after.Load(); live != nil {
		live.Close()
	}
}
