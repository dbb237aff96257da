package listencmd

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listener is one run of `listen`: the parts and how they stand to each other.
type listener struct {
	app       *cmdutil.App
	o         *listenOptions
	dataDir   string
	place     session.Location // where it was started
	secret    cmdutil.KnownSecret
	log       *store.Log
	logErrors logErrors
	guard     *cmdutil.Guard
	sender    *dispatch.Sender
	relay     *relay.Relay
	ln        net.Listener
	moved     bool // to another port than the default
	server    *relay.Server
	session   *session.Session
	printer   output.Printer // until view is started
	view      sessionView
	started   bool          // view is
	there     bool          // all handlers were, when they were looked for
	pending   relay.Pending // left by sessions that are dead
	resumed   relay.Resumed // sent by this session for those
	served    chan error

	command   *command // nil without one
	readyFile string   // that was written

	waiting    *listen.Waiter // nil without --wait-for
	waited     chan struct{}
	waitResult listen.Result // once waited is closed
	waitErr    error         // likewise
	unwait     context.CancelFunc
	waitReport *atomicfile.File // nil without --junit

	registrar *registrar // nil without --register
	finished  bool       // in order: what could not be put back has been said
	mending   sync.WaitGroup
	unmend    context.CancelFunc // ends the mending
	tunnel    tunnel.Tunnel
	outside   *relay.Server // for what comes through the tunnel; nil where that is loopback
	lost      chan error    // why there is no tunnel any more

	needsSecret bool // no handler has accepted a delivery that was signed with the secret that the program made
	down        bool // that it is down was said
}

const (
	gcPercent = 300 // three times Go's default
	// Beyond the bodies in flight and this much, memory is collected as often as it takes: what strangers send costs time, not memory.
	memoryBeside = 32 << 20
)

// runListen runs `listen` from the first file to the last line.
func runListen(ctx context.Context, a *cmdutil.App, o *listenOptions) (err error) {
	// A delivery is a few kilobytes that are soon garbage, beside little that lives: collecting a third as often costs some 8 MB and
	// saves a tenth of the CPU under load (docs/performance.md).
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(relay.MaxInFlight(o.maxBody) + memoryBeside)
	l := &listener{app: a, o: o, served: make(chan error, 1), lost: make(chan error, 1)}
	if l.command, err = findCommand(o.command); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.clearReadyFile(); err != nil {
		return err
	}
	if o.wait.junit != "" {
		if l.waitReport, err = cmdutil.CreateReport(a, o.wait.junit); err != nil {
			return err
		}
		began := a.W.Now()
		defer func() { err = errors.Join(err, l.reportLost(began, err)) }() // before close, which discards it
	}
	if l.registrar, err = newRegistrar(ctx, a, o); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{l.openLog, l.build, l.bind, l.resume} {
		if err := step(context.WithoutCancel(ctx)); err != nil { // an interrupt meanwhile is looked at by run
			return err
		}
	}
	go func() { l.served <- l.server.Serve(l.ln) }()
	if l.o.isLocal() {
		if err := l.register(ctx, l.here()); err != nil {
			return err
		}
	}
	if err := l.announce(); err != nil {
		return err
	}
	return l.run(ctx)
}

// openLog comes first: what can't be recorded is not taken.
func (l *listener) openLog(ctx context.Context) error {
	var err error
	if l.dataDir, err = l.app.DataDir(); err != nil {
		return err
	}
	if l.secret, err = l.app.Secret(); err != nil {
		return err
	}
	l.o.trust(l.secret)
	err = cmdutil.ShowMigration(l.app, l.dataDir, func() (err error) {
		l.log, err = store.Open(ctx, l.dataDir, store.Options{Now: l.app.W.Now, OnError: l.logErrors.Report})
		return err
	})
	if err != nil {
		return cmdutil.CannotRecord(l.app, err)
	}
	live, err := session.Live(l.dataDir)
	if err != nil {
		return err
	}
	l.place = cmdutil.Here(l.app, live)
	l.needsSecret = cmdutil.NeedsSecret(ctx, l.app, l.log.Reader(), l.place.Project)
	return nil
}

// build puts the relay together, and the view that reads what it records.
func (l *listener) build(ctx context.Context) error {
	info, err := session.NewInfo(l.app.W.Random)
	if err != nil {
		return err
	}
	follower, err := cmdutil.FollowSecret(l.app, l.secret.Secret, l.secretChanged)
	if err != nil {
		return err
	}
	out, err := l.app.OutputOptions()
	if err != nil {
		return err
	}
	out.Style.Timeout = l.o.timeout
	if l.command != nil { // stdout is the command's
		out.Stdout, out.Terminal, out.Color = out.Stderr, l.app.W.StderrTerminal, out.ErrColor
	}
	l.printer = output.New(out)
	cmdutil.SayWarnings(l.app, l.printer)
	l.warnUnknownEvents()
	l.session = session.New(l.dataDir, info)
	if err := l.buildView(ctx, out); err != nil {
		return err
	}
	l.logErrors.handleWith(l.logFailed)
	l.guard = &cmdutil.Guard{
		Private: l.o.project, Public: func() string { return l.session.Info().PublicURL },
		Live: func() ([]session.Info, error) { return session.Live(l.dataDir) },
	}
	l.sender = dispatch.NewSender(dispatch.Options{Timeout: l.o.timeout, Insecure: l.o.insecure, Now: l.app.W.Now, Guard: l.guard})
	l.relay = relay.New(relay.Options{
		Log: l.log, Sender: l.sender, Routes: l.o.routes, Secrets: follower.Secrets, Verify: l.o.verify, Events: l.o.events,
		Header: l.o.given.Fields, Host: l.o.given.Host, Ordered: l.o.ordered, Hold: l.o.hold, Retry: l.o.schedule(), Backlog: l.log.Reader(),
		MaxConcurrency: l.o.concurrency.Max,
		Session:        info.ID, Project: l.place.Project, Now: l.app.W.Now, Random: l.app.W.Random, Notify: l.view.Notify,
	})
	ingress := relay.NewIngress(l.relay, relay.IngressOptions{
		Path: l.o.path, Token: info.Token, Origin: webhook.OriginLocal, Respond: l.o.respond, MaxBody: l.o.maxBody, Files: l.o.connections,
	})
	l.server = ingress.Server()
	if !l.o.isLocal() {
		l.buildOutside()
	}
	return nil
}

// diagnose says why a rejected delivery's signature is not valid, by the secrets as they are now.
func (l *listener) diagnose(ctx context.Context, d webhook.Delivery, work int64) signature.Diagnosis {
	fresh := &cmdutil.App{W: l.app.W, Flags: l.app.Flags}
	cfg, err := fresh.Config()
	if err != nil {
		return signature.Diagnosis{}
	}
	_ = cfg.Override(config.Forward, cmdutil.FormatRoutes(l.o.routes)) // for the command that it may name; it was checked when it was given
	return cmdutil.Diagnose(ctx, fresh, d, work)
}

// announce makes the session known to the other commands.
func (l *listener) announce() error {
	err := l.session.Announce(func(i *session.Info) {
		i.PID, i.StartedAt, i.Dir, i.Project = os.Getpid(), l.app.W.Now().UTC(), l.place.Dir, l.place.Project
		i.URL, i.State, i.Forward = l.here(), session.StateReady, cmdutil.FormatRoutes(l.o.routes)
		if i.Tunnel = l.o.way.Name; !l.o.isLocal() {
			i.State = session.StateConnecting
		}
		i.TimeoutMS, i.Hold = l.o.timeout.Milliseconds(), l.o.hold
		if l.o.verify != relay.VerifyOff {
			i.Secret = l.secret.String()
		}
	})
	if store.IsFull(err) {
		return cmdutil.Failed(err, "the disk is full, so the session file can't be written", cmdutil.MakeRoom, "or free some space on that disk")
	}
	return err
}

// How long the first look for the handlers may delay the ready block. On this machine a connection is made or refused at once, however
// busy it is; elsewhere a firewall may say nothing.
const (
	handlerLook     = 100 * time.Millisecond
	handlerLookHere = 2 * time.Second
)

// run says that it is ready, shows what comes, and ends in order at the first interrupt, or at once at the second.
func (l *listener) run(ctx context.Context) error {
	interrupts := l.app.TakeInterrupts()
	look := make(chan []dispatch.Target, 1)
	go func() { look <- l.relay.LookForHandlers(context.WithoutCancel(ctx)) }()
	state, err := l.enter(ctx, interrupts)
	if err != nil || state.Kind != tunnel.Ready {
		return l.leave(context.WithoutCancel(ctx), interrupts, err)
	}
	ready := l.ready(state.URL)
	l.seeHandlers(&ready, look)
	if err := l.writeReadyFile(ready); err != nil {
		return err
	}
	l.view.Start(ready, l.startNotices())
	l.started = true
	l.mend(ctx)
	go l.follow()
	l.await(ctx)
	if err := l.startCommand(ready.URL); err != nil {
		return err
	}
	select {
	case s := <-interrupts:
		if err := l.interrupted(s, interrupts); err != nil {
			return err
		}
	case <-l.done():
	case <-l.view.Left():
	case <-ctx.Done(): // interrupted before we took the interrupts
	case err = <-l.lost:
	case err := <-l.served:
		return cmdutil.Failed(err, "the ingress ended: "+err.Error(), "start listen again")
	}
	return l.leave(context.WithoutCancel(ctx), interrupts, err)
}

// seeHandlers says in the ready block which handlers are not there, if that is known soon.
func (l *listener) seeHandlers(ready *output.Ready, look <-chan []dispatch.Target) {
	patience := handlerLookHere
	if slices.ContainsFunc(l.o.routes, func(r relay.Route) bool { return !r.Target.IsLocal() }) {
		patience = handlerLook
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case absent := <-look:
		ready.Forward = cmdutil.ForwardOf(l.o.routes, absent)
		l.there = len(absent) == 0
	case <-timer.C:
	}
}

// logFailed tells that what was queued for the log could not be written, or that the log was taken away.
func (l *listener) logFailed(err error) {
	n := relay.Notice{Kind: relay.NoticeNotRecorded, At: l.app.W.Now(), Err: err}
	var gone *store.NotFoundError
	switch {
	case errors.As(err, &gone): // an attempt at a delivery that went with its log
		return
	case errors.Is(err, store.ErrReplaced):
		n.Kind = relay.NoticeNewLog
		_ = l.session.Reannounce() // what it tells is a convenience
	}
	l.view.Notify(n)
}
