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

// registration is the session's registration as the account's webhook.
type registration struct {
	registrar *Registrar // nil without --register
	released  bool       // drain has released it, or has reported why not
	errors    output.Stderr
	explain   func(error) *output.Failure

	recovery       sync.WaitGroup
	cancelRecovery context.CancelFunc // nil if there is no recovery
}

// restoreWebhook restores the webhook that was registered before. If this takes long, it tells the user.
func (r *registration) restoreWebhook(d *sessionDisplay) error {
	notify := d.view.Say
	if !d.started {
		notify = r.printPlain // a view that was never started shows nothing
	}
	slow := time.AfterFunc(500*time.Millisecond, func() {
		if r.registrar != nil {
			notify(output.Notice{Code: "restoring", Message: "Restoring your account's webhook. Press Ctrl-C again to skip this."})
		}
	})
	defer slow.Stop()
	return r.registrar.release(releaseTimeout, notify)
}

// printPlain prints a notice without a view.
func (r *registration) printPlain(n output.Notice) {
	for _, line := range append([]string{n.Message}, n.Details...) {
		r.errors.Print(line)
	}
}

// forceRelease restores the webhook if drain could not: after an error, an abort or a panic.
func (r *registration) forceRelease() {
	defer r.registrar.close()
	if r.released {
		return
	}
	if err := r.registrar.release(abortTimeout, r.printPlain); err != nil {
		f := r.explain(err)
		r.errors.Warning(f.What, f.Hints)
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
