package listen

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Session is one listening session.
type Session struct {
	o        *Options
	secret   sessionSecret
	log      sessionLog
	relay    forwarder
	announce *session.Session
	backlog  backlog

	ingress ingress
	tunnel  tunnelLink
	handler *handler // nil without --run
	child   *child   // nil without a command
	wait    wait
	account registration
	display sessionDisplay

	emulator *Emulator // nil without --emulator
}

// sessionSecret is the secret at the start of the session.
type sessionSecret struct {
	Secret

	lenient bool // deliveries with an invalid signature are forwarded, because the account's secret is unknown
	missing bool // no handler has accepted a delivery signed with the generated secret
}

// forwarder is the relay and its HTTP client.
type forwarder struct {
	*relay.Relay

	sender *dispatch.Sender
}

const (
	gcPercent = 300 // three times Go's default
	// If more memory than the bodies in flight plus this reserve is used, garbage is collected as often as necessary: outside input may
	// cost time, but not memory.
	memoryReserve = 32 << 20
)

// Run runs a session from start to end. It returns the error that the command ends with.
func Run(ctx context.Context, o *Options) (err error) {
	// A delivery is a few kilobytes that soon become garbage, and little else is alive. Collecting a third as often costs about 8 MB
	// and saves a tenth of the CPU time under load (docs/performance.md).
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(relay.MaxInFlight(o.Ingress.MaxBody) + memoryReserve)
	s := newSession(o)
	began := o.System.Now()
	defer func() {
		err = errors.Join(err, s.wait.reportAborted(began, err, o.System.Explain)) // before Close, which discards the report
		err = errors.Join(err, s.Close())
	}()
	if err := s.Open(ctx); err != nil {
		return err
	}
	return s.Run(ctx)
}

func newSession(o *Options) *Session {
	return &Session{o: o, wait: wait{o: o.Wait, explainer: o.Secrets.Explainer, now: o.System.Now}, account: registration{errors: o.System.Errors, explain: o.System.Explain}}
}

// Open opens the log and the ingress, resumes the deliveries of earlier sessions, and announces the session. It opens nothing
// before it has checked the options and has the user's consent.
func (s *Session) Open(ctx context.Context) (err error) {
	if s.child, err = findCommand(s.o.Command.Args); err != nil {
		return err
	}
	if s.handler, err = newHandler(ctx, &s.o.Run, s.o.Handler.Routes); err != nil {
		return err
	}
	if err := s.o.Ready.clear(); err != nil {
		return err
	}
	if create := s.o.Wait.CreateReport; create != nil {
		if s.wait.report, err = create(); err != nil {
			return err
		}
	}
	if s.display.jsonFile, err = s.o.JSONFile.create(s.o.View.Output); err != nil {
		return err
	}
	if s.o.Account.Register {
		if s.account.registrar, err = s.o.Account.Registrar(ctx); err != nil {
			return err
		}
	}
	// Run handles an interrupt that arrives during these steps.
	bind := func(ctx context.Context) error {
		return s.ingress.bind(ctx, &s.o.Ingress, s.o.Handler.Routes, s.o.Log.Dir)
	}
	for _, step := range []func(context.Context) error{s.openLog, s.build, bind, s.resume} {
		if err := step(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
	s.ingress.serve()
	if err := s.startEmulator(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if s.o.Provider.isLocal() {
		if err := s.tunnel.register(ctx, s.ingress.url()); err != nil {
			return err
		}
	}
	return s.announceSession()
}

// openLog comes first, because deliveries that can't be recorded are not accepted.
func (s *Session) openLog(ctx context.Context) (err error) {
	if s.secret.Secret, err = s.o.Secrets.Load(); err != nil {
		return err
	}
	relaxVerify(s)
	if s.log.Log, err = s.o.Log.Open(ctx, s.log.errors.Report); err != nil {
		return err
	}
	live, err := session.Live(s.o.Log.Dir)
	if err != nil {
		return err
	}
	s.log.location = s.o.Log.Locate(live)
	s.secret.missing = s.o.Secrets.Missing(ctx, s.log.Reader(), s.log.location.Project)
	return nil
}

// relaxVerify selects how strictly signatures are checked if the user did not say. The account does not sign with a generated secret, so
// strict checks would reject everything that Vidiking sends through a tunnel, unless the session registers that secret.
func relaxVerify(s *Session) {
	if s.secret.Generated && !s.o.Provider.isLocal() && !s.o.Ingress.VerifyGiven && !s.o.Account.Register {
		s.o.Ingress.Verify, s.secret.lenient = relay.VerifyWarn, true
	}
}

// build creates the relay, the ingress, and the view that reads what the relay records.
func (s *Session) build(ctx context.Context) error {
	info, err := session.NewInfo(s.o.System.Random)
	if err != nil {
		return err
	}
	secrets, err := s.o.Secrets.Follow(s.secret.Secret.Secret, s.secretChanged)
	if err != nil {
		return err
	}
	out := s.o.View.Output
	out.Style.Timeout = s.o.Handler.Timeout
	if s.child != nil { // stdout belongs to the command
		out.Stdout, out.Terminal, out.Color = out.Stderr, s.o.System.StderrTerminal, out.ErrColor
	}
	s.display.printer = output.New(out)
	s.display.around = s.display.printer
	if s.display.jsonFile != nil {
		s.display.around = printerWithFile{s.display.printer, s.display.jsonFile.printer}
	}
	s.o.View.Warn(s.display.around, s.account.registrar.events())
	s.announce = session.New(s.o.Log.Dir, info)
	s.tunnel = tunnelLink{
		provider: s.o.Provider, path: s.o.Ingress.Path, system: &s.o.System, announce: s.announce, lost: make(chan error, 1),
		register: func(ctx context.Context, url string) error {
			return s.account.registrar.register(ctx, info.ID, url, s.secret.Secret.Secret, s.display.view.Say)
		},
		urlChanged: func(url string) { s.account.registrar.change(func(w *vidiking.Webhook) { w.URL = url }) },
	}
	if err := s.buildView(ctx, out); err != nil {
		return err
	}
	s.log.errors.handleWith(s.logFailed)
	h, in := &s.o.Handler, &s.o.Ingress
	s.ingress.guard = &Guard{
		Private: h.FromProject, Public: func() string { return s.announce.Info().PublicURL },
		Live: func() ([]session.Info, error) { return session.Live(s.o.Log.Dir) },
	}
	s.relay.sender = dispatch.NewSender(dispatch.Options{Timeout: h.Timeout, Insecure: h.Insecure, Now: s.o.System.Now, Guard: s.ingress.guard})
	s.relay.Relay = relay.New(relay.Options{
		Log: s.log.Log, Sender: s.relay.sender, Routes: h.Routes, Secrets: secrets, Verify: in.Verify, Events: h.Events,
		Header: h.Header, Host: h.Host, Ordered: h.Ordered, Hold: h.Hold, Retry: h.Retry, Backlog: s.log.Reader(),
		MaxConcurrency: h.MaxConcurrency,
		Session:        info.ID, Project: s.log.location.Project, Now: s.o.System.Now, Random: s.o.System.Random, Notify: s.display.view.Notify,
	})
	s.ingress.build(s.relay.Relay, in, info.Token)
	if !s.o.Provider.isLocal() {
		s.ingress.buildPublic(s.relay.Relay, in)
	}
	return nil
}

// announceSession makes the session known to other commands.
func (s *Session) announceSession() error {
	err := s.announce.Announce(func(i *session.Info) {
		i.PID, i.StartedAt, i.Dir, i.Project = os.Getpid(), s.o.System.Now().UTC(), s.log.location.Dir, s.log.location.Project
		i.URL, i.State, i.Forward = s.ingress.url(), session.StateReady, s.o.Handler.Text
		if i.Tunnel = s.o.Provider.Name; !s.o.Provider.isLocal() {
			i.State = session.StateConnecting
		}
		i.TimeoutMS, i.Hold = s.o.Handler.Timeout.Milliseconds(), s.o.Handler.Hold
		if s.o.Ingress.Verify != relay.VerifyOff {
			i.Secret = s.secret.String()
		}
	})
	if store.IsFull(err) {
		return output.Failed(err, "can't write the session file: the disk is full", output.MakeRoom, "or free some space on that disk")
	}
	return err
}

// How long the first check of the handlers may delay the ready block. On this machine, a connection is accepted or refused at once, even
// under load. Elsewhere, a firewall may drop packets silently.
const (
	handlerTimeout      = 100 * time.Millisecond
	localHandlerTimeout = 2 * time.Second
)

// Run prints that the session is ready, shows deliveries, and drains at the first interrupt. A second interrupt aborts. The handler of --run
// starts when the session is ready, and the command when the handler is up.
func (s *Session) Run(ctx context.Context) error {
	interrupts := s.o.System.Interrupts()
	probe := make(chan []dispatch.Target, 1)
	go func() { probe <- s.relay.ProbeHandlers(context.WithoutCancel(ctx)) }()
	state, err := s.tunnel.open(ctx, &s.ingress, s.display.around, interrupts)
	if err != nil || state.Kind != tunnel.Ready {
		return s.shutdown(context.WithoutCancel(ctx), interrupts, err)
	}
	ready := readyBlock(s, state.URL)
	checkHandlers(s, &ready, probe)
	if err := s.o.Ready.write(ready); err != nil {
		return err
	}
	s.display.readyFile = s.o.Ready.Path
	s.display.view.Start(ready, startNotices(s))
	s.display.started = true
	s.account.startRecovery(ctx, s.o.Account.Recover, s.display.view.Say)
	go s.tunnel.follow(s.display.view.Say)
	if err := s.handler.start(s.environment(ready.URL), s.display.handlerOutput); err != nil {
		return s.shutdown(context.WithoutCancel(ctx), interrupts, err)
	}
	up, cancel := s.awaitHandler(ctx)
	defer cancel()
	var done <-chan struct{}
	if up == nil {
		if done, err = s.begin(ctx, ready.URL); err != nil {
			return s.shutdown(context.WithoutCancel(ctx), interrupts, err)
		}
	}
	for {
		select {
		case err := <-up:
			if err == nil {
				done, err = s.begin(ctx, ready.URL)
			}
			if err != nil {
				return s.shutdown(context.WithoutCancel(ctx), interrupts, err)
			}
			continue
		case sig := <-interrupts:
			s.handler.endWith(sig)
			if err := s.child.interrupt(sig, interrupts); err != nil {
				s.handler.kill()
				return err
			}
			return s.shutdown(context.WithoutCancel(ctx), interrupts, nil)
		case <-done:
		case <-s.handler.ended():
		case <-s.display.view.Left():
		case <-ctx.Done(): // interrupted before Run took over the interrupts
		case err = <-s.tunnel.lost:
		case err := <-s.ingress.served:
			return ingressEnded(err)
		}
		if err == nil {
			err = s.handler.failure()
		}
		s.child.stop()
		return s.shutdown(context.WithoutCancel(ctx), interrupts, err)
	}
}

// begin starts the wait of --wait-for and the command. It returns a channel that is closed when the session should end.
func (s *Session) begin(ctx context.Context, url string) (done <-chan struct{}, err error) {
	s.wait.start(ctx, s)
	if err := s.startCommand(url); err != nil {
		return nil, err
	}
	return s.wait.done(s.child), nil
}

// awaitHandler waits, in the background, until the handler of --run accepts connections. Only a command needs to wait for it; otherwise
// up is nil.
func (s *Session) awaitHandler(ctx context.Context) (up <-chan error, cancel context.CancelFunc) {
	ctx, cancel = context.WithCancel(ctx)
	if s.handler == nil || s.child == nil {
		return nil, cancel
	}
	result := make(chan error, 1)
	go func() { result <- s.handler.awaitUp(ctx, s.o.Run.Timeout) }()
	return result, cancel
}

func ingressEnded(err error) error {
	return output.Failed(err, "the ingress ended: "+err.Error(), "start listen again")
}

// checkHandlers notes in the ready block which handlers are down, if that is known soon. A handler of --run has not been started yet.
func checkHandlers(s *Session, ready *output.Ready, probe <-chan []dispatch.Target) {
	if s.handler != nil {
		return
	}
	timeout := localHandlerTimeout
	if slices.ContainsFunc(s.o.Handler.Routes, func(r relay.Route) bool { return !r.Target.IsLocal() }) {
		timeout = handlerTimeout
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case down := <-probe:
		ready.Forward = forwardRoutes(s.o.Handler.Routes, down)
		s.display.handlersUp.Store(len(down) == 0)
	case <-timer.C:
		go func() { s.display.handlersUp.Store(len(<-probe) == 0) }() // the screen shows it once it is known
	}
}

// secretChanged announces that signatures are now verified with another secret.
func (s *Session) secretChanged(secret webhook.Secret) {
	update(s.announce, func(i *session.Info) { i.Secret = secret.String() })
	s.account.registrar.Sign(secret)
	s.display.view.Say(output.Notice{
		Code: "secret_changed", At: s.o.System.Now(), Good: true, Message: "Signatures are now verified with " + secret.String() + ".",
	})
}

// update changes the session file that other commands read. It ignores errors, because other commands work without the change.
func update(s *session.Session, change func(*session.Info)) { _ = s.Update(change) }
