package listen

import (
	"context"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/output"
)

const (
	releaseTimeout = 90 * time.Second // includes a wait for Vidiking's rate limit, which is counted per minute
	abortTimeout   = 3 * time.Second  // for a session that was aborted or failed
)

// registration is what a session does with the account's webhook.
type registration struct {
	registrar *Registrar // nil without --register
	released  bool       // drain has released it, or has reported why not

	recovery       sync.WaitGroup
	cancelRecovery context.CancelFunc // nil if there is no recovery
}

// register registers a URL in the account, if --register is set.
func (s *Session) register(ctx context.Context, url string) error {
	return s.account.registrar.register(ctx, s.announce.Info().ID, url, s.secret.Secret, s.display.view.Say)
}

// restoreWebhook restores the webhook that was registered before. If this takes long, it tells the user.
func (s *Session) restoreWebhook() error {
	notify := s.display.view.Say
	if !s.display.started {
		notify = s.printPlain // a view that was never started shows nothing
	}
	slow := time.AfterFunc(500*time.Millisecond, func() {
		if s.account.registrar != nil {
			notify(output.Notice{Code: "restoring", Message: "Putting back your account's webhook. Ctrl-C again leaves it."})
		}
	})
	defer slow.Stop()
	return s.account.registrar.release(releaseTimeout, notify)
}

// printPlain prints a notice without a view.
func (s *Session) printPlain(n output.Notice) {
	for _, line := range append([]string{n.Message}, n.Details...) {
		s.o.System.Errors.Print(line)
	}
}

// forceRelease restores the webhook if drain could not: after an error, an abort or a panic.
func (s *Session) forceRelease() {
	defer s.account.registrar.close()
	if s.account.released {
		return
	}
	if err := s.account.registrar.release(abortTimeout, s.printPlain); err != nil {
		f := s.o.System.Explain(err)
		s.o.System.Errors.Warning(f.What, f.Hints)
	}
}

// startRecovery restores, in the background, the webhook that a dead session left replaced.
func (r *registration) startRecovery(ctx context.Context, restore func(context.Context, func(output.Notice)), notify func(output.Notice)) {
	ctx, r.cancelRecovery = context.WithCancel(context.WithoutCancel(ctx))
	r.recovery.Go(func() { restore(ctx, notify) })
}

// awaitRecovery waits until a recovery ends, or cancels it after a while.
func (r *registration) awaitRecovery() {
	if r.cancelRecovery == nil {
		return
	}
	timeout := time.AfterFunc(abortTimeout, r.cancelRecovery)
	defer timeout.Stop()
	r.recovery.Wait()
}
