package listencmd

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/watchcmd"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listenScreen is the screen as the view of a session. Where a bug ends it, lines go on, and so does the relay.
type listenScreen struct {
	l        *listener
	printer  output.Printer
	printing sync.Mutex
	screen   *tui.Screen
	lines    func(context.Context) (*output.Live, error)
	closeLog func()

	ctx    context.Context //nolint:containedctx // the screen's life, which ends by Draining
	cancel context.CancelFunc
	ready  output.Ready
	ended  chan struct{} // the screen is gone, the terminal as it was
	left   chan struct{} // because the user left it
	style  display.Style
	words  func(relay.Notice) output.Notice
	after  atomic.Pointer[output.Live] // the lines after a bug
	backAt atomic.Int64                // when the handler was last seen to be back, in milliseconds
	absent atomic.Bool                 // the handler was not there at the start
	there  atomic.Bool                 // it was
}

func (l *listener) newScreen(ctx context.Context, out output.Options, lines func(context.Context) (*output.Live, error)) (*listenScreen, error) {
	s := &listenScreen{
		l: l, printer: l.printer, lines: lines, ended: make(chan struct{}), left: make(chan struct{}),
		style: out.Style, words: func(n relay.Notice) output.Notice { return output.NoticeOf(n, l.o.path, out.Style) },
	}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	log, closeLog, err := watchcmd.OpenScreenLog(l.app, l.dataDir, l.log.Reader())
	if err != nil {
		return nil, err
	}
	s.closeLog = closeLog
	o := watchcmd.ScreenOptions(l.app, out, log)
	o.Own, o.Filter = true, l.o.filterText
	o.State = func(ctx context.Context) view.State { return s.state(ctx, log) }
	o.Actions = &watchcmd.ScreenActions{
		App: l.app, DescribeTarget: l.whereTo,
		Deliver: func(ctx context.Context, in watchcmd.Sendable) (webhook.Summary, error) {
			if in.Replayed != nil && !l.owns(in.Replayed.Summary) {
				return watchcmd.Delivering(l.app, sendcmd.SendOptions{Timeout: l.o.timeout, Insecure: l.o.insecure})(ctx, in)
			}
			out, err := l.relay.Deliver(ctx, in.Arrival)
			return watchcmd.OutcomeSummary(out), err
		},
	}
	s.screen = tui.New(o)
	return s, nil
}

// owns reports whether a delivery is one of this listen's project. Deliveries without a project belong to every project.
func (l *listener) owns(d webhook.Summary) bool {
	return d.Project == "" || d.Project == l.place.Project
}

// whereTo says where replays of deliveries go: those of this project through this listen.
func (l *listener) whereTo(replayed []webhook.Summary) string {
	if slices.ContainsFunc(replayed, func(d webhook.Summary) bool { return !l.owns(d) }) {
		return watchcmd.WhereTo(l.app, sendcmd.SendOptions{})(replayed)
	}
	return cmdutil.ShortRoutes(l.o.routes)
}

// state is how the session is.
func (s *listenScreen) state(ctx context.Context, log *watchcmd.ScreenLog) view.State {
	l := s.l
	info := l.session.Info()
	state := view.State{
		Listening: true, URL: cmp.Or(info.PublicURL, info.URL), TunnelName: info.Tunnel,
		Forward: cmdutil.ShortRoutes(l.o.routes), Timeout: l.o.timeout, Verify: string(l.o.verify),
	}
	state.Tunnel, state.TunnelState = watchcmd.WayOf(l.app, info)
	if l.o.verify != relay.VerifyOff {
		state.Verify += ", " + info.Secret
	}
	var seen time.Time
	state.Handler, seen = log.HandlerSeen(ctx, info.ID)
	switch back := s.backAt.Load(); {
	case back > 0 && seen.UnixMilli() <= back:
		state.Handler = view.HealthUp
	case state.Handler == view.HealthUnknown && s.absent.Load():
		state.Handler = view.HealthDown
	case state.Handler == view.HealthUnknown && s.there.Load():
		state.Handler = view.HealthUp
	}
	return state
}

// Start shows the screen. What lines would say at the start, the screen has in its header.
func (s *listenScreen) Start(ready output.Ready, notices []output.Notice) {
	s.ready = ready
	s.there.Store(s.l.there)
	for _, r := range ready.Forward {
		s.absent.Store(s.absent.Load() || r.Note != "")
	}
	if strings.Contains(ready.VerifyNote, "made just now") {
		for _, step := range ready.Next {
			s.screen.Say(tui.Notice{Text: strings.TrimSuffix(step.Text, ":"), Next: ": " + s.command("vidiking listen --print-secret")})
			break
		}
	}
	for _, n := range notices {
		s.Say(n)
	}
	go s.run()
}

func (s *listenScreen) run() {
	err := s.screen.Run(s.ctx)
	s.closeLog()
	close(s.ended)
	if s.ctx.Err() != nil {
		return
	}
	if err == nil {
		close(s.left)
		return
	}
	f := s.l.app.Explain(watchcmd.ScreenFailed(s.l.app, err))
	s.l.app.Stderr().Error(f.What, f.Detail, append(f.Hints, "listen goes on, with lines"))
	live, err := s.lines(s.ctx)
	if err != nil {
		return
	}
	s.after.Store(live)
	live.Start(s.ready, nil)
}

// Notify shows what the relay says. It never blocks.
func (s *listenScreen) Notify(n relay.Notice) {
	if n.Kind == relay.NoticeHandlerBack {
		s.backAt.Store(n.At.UnixMilli())
	}
	if live := s.after.Load(); live != nil {
		live.Notify(n)
		return
	}
	said := s.words(n)
	if n.Kind == relay.NoticeHandlerBack && n.Missed > 0 { // the screen sends again what it shows
		said.Message = strings.TrimSuffix(said.Message, ".")
		said.Details = []string{": / status:failed since:" + display.WhenArgument(n.Since, n.At, s.style) + ", then R"}
	}
	s.Say(said)
}

// command makes a command one that does the same for who called the program with global flags.
func (s *listenScreen) command(text string) string {
	return output.Options{Self: s.l.app.Self()}.Command(text)
}

// Say shows what somebody else has to say. It never blocks.
func (s *listenScreen) Say(n output.Notice) {
	if live := s.after.Load(); live != nil {
		live.Say(n)
		return
	}
	select {
	case <-s.ended: // the normal screen is back
		s.printing.Lock()
		defer s.printing.Unlock()
		s.printer.Notice(n)
	default:
		s.screen.Say(s.shown(n))
	}
}

// shown is a notice in the result line. What to do comes last.
func (s *listenScreen) shown(n output.Notice) tui.Notice {
	out := tui.Notice{Good: n.Good, Text: n.Message}
	for i, more := range n.Details {
		if !strings.HasPrefix(more, ": ") {
			more = " " + more
		}
		if i == len(n.Details)-1 {
			out.Next = s.command(more)
			break
		}
		out.Text += more
	}
	return out
}

// Left is closed when the user left the screen.
func (s *listenScreen) Left() <-chan struct{} { return s.left }

// Draining takes the screen away, and says how many answers the end waits for.
func (s *listenScreen) Draining(answers int) {
	if live := s.after.Load(); live != nil {
		live.Draining(answers)
		return
	}
	s.cancel()
	<-s.ended
	s.printing.Lock()
	defer s.printing.Unlock()
	if answers > 0 {
		s.printer.ClosingLine(output.Draining(answers))
	}
}

// Stop says on the normal screen what the session did.
func (s *listenScreen) Stop(c relay.Counts, held int) {
	if live := s.after.Load(); live != nil {
		live.Stop(c, held)
		return
	}
	session := s.l.session.Info()
	end := output.Stopped{Counts: c, Held: held}
	end.CountFailed(context.WithoutCancel(s.ctx), s.l.log.Reader(), session.ID, session.StartedAt, s.l.app.W.Now(), s.style)
	s.printing.Lock()
	defer s.printing.Unlock()
	s.printer.Stopped(end)
}

// Close takes the screen away without another word.
func (s *listenScreen) Close() {
	s.cancel()
	if live := s.after.Load(); live != nil {
		live.Close()
	}
}
