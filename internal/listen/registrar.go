package listen

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// RegistrarOptions says how a session registers its URL.
type RegistrarOptions struct {
	API     *vidiking.Client
	Store   *account.Store
	Claim   account.Registration // without the session's id and webhook
	Base    *vidiking.Webhook    // restored at the end; nil if it is unknown
	Events  []string
	Now     func() time.Time
	Explain func(error) *output.Failure
}

// Registrar keeps the session's URL registered in the account while the session runs. A nil Registrar does nothing.
type Registrar struct {
	o      RegistrarOptions
	notify func(output.Notice)

	mu     sync.Mutex
	want   vidiking.Webhook // to be registered
	lease  *account.Lease
	wake   chan struct{} // want was changed
	ctx    context.Context
	cancel context.CancelFunc // cancels the current request
	loop   sync.WaitGroup
}

// NewRegistrar returns a registrar that has not registered anything yet.
func NewRegistrar(ctx context.Context, o RegistrarOptions) *Registrar {
	r := &Registrar{o: o, wake: make(chan struct{}, 1)}
	r.want.Events = o.Events
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return r
}

// register registers a URL. It reports later changes of the registration to notify. If ctx is canceled, the previous webhook is restored.
func (r *Registrar) register(ctx context.Context, session, url string, secret webhook.Secret, notify func(output.Notice)) error {
	if r == nil {
		return nil
	}
	r.notify = notify
	r.want.URL, r.want.Secret = url, secret
	claim := r.o.Claim
	claim.ID, claim.Webhook = session, r.want
	lease, err := r.o.Store.Register(ctx, claim)
	if err != nil {
		f := r.o.Explain(err)
		if stale, staleErr := r.o.Store.Stale(); staleErr == nil && len(stale) > 0 {
			f.Hints = append(f.Hints, "the previous webhook may have to be restored: vidiking config restore-webhook")
		}
		return f
	}
	r.lease = lease
	r.loop.Go(r.follow)
	return nil
}

// Sign makes Vidiking sign with another secret.
func (r *Registrar) Sign(s webhook.Secret) {
	r.change(func(w *vidiking.Webhook) { w.Secret = s })
}

// change registers a changed webhook, without waiting for the result.
func (r *Registrar) change(edit func(*vidiking.Webhook)) {
	if r == nil {
		return
	}
	r.mu.Lock()
	edit(&r.want)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// follow registers every change. It retries until it succeeds, because until then Vidiking sends to a URL without a server.
func (r *Registrar) follow() {
	backoff := time.Duration(0)
	for {
		var again <-chan time.Time
		var timer *time.Timer
		if backoff > 0 {
			timer = time.NewTimer(backoff)
			again = timer.C
		}
		select {
		case <-r.wake:
		case <-again:
		case <-r.ctx.Done():
		}
		if timer != nil {
			timer.Stop()
		}
		if r.ctx.Err() != nil {
			return
		}
		backoff = r.update(backoff)
	}
}

const (
	firstBackoff = 5 * time.Second
	maxBackoff   = time.Minute // the window of Vidiking's rate limit
)

// update registers the wanted webhook. It returns the delay before the next attempt; 0 if it succeeded.
func (r *Registrar) update(backoff time.Duration) time.Duration {
	r.mu.Lock()
	w := r.want
	r.mu.Unlock()
	err := r.lease.Update(r.ctx, w)
	switch {
	case r.ctx.Err() != nil:
		return 0
	case err == nil:
		r.notify(output.Notice{Code: "registered", At: r.o.Now(), Good: true, Message: "Vidiking now sends to " + w.URL + ", signed with " + w.Secret.String() + "."})
		return 0
	case backoff == 0:
		r.notify(output.Notice{
			Code: "not_registered", At: r.o.Now(), Message: "Vidiking does not send to " + w.URL + " yet: " + r.o.Explain(err).What + ".",
			Details: []string{"Retrying."},
		})
		return firstBackoff
	}
	return min(2*backoff, maxBackoff)
}

// events returns the registered events.
func (r *Registrar) events() []string {
	if r == nil {
		return nil
	}
	return r.want.Events
}

// ready returns what the ready block shows: the registered events, and the URL that is restored at the end.
func (r *Registrar) ready() (events, restores string) {
	if r == nil {
		return "", ""
	}
	events = account.ShortEvents(r.want.Events)
	if r.o.Base != nil {
		return events, r.o.Base.URL
	}
	return events, ""
}

// release restores the previous webhook within a time limit, and reports the result. If it fails, it may be called again, and other
// commands tell the user what remains to be done.
func (r *Registrar) release(within time.Duration, notify func(output.Notice)) error {
	if r == nil || r.lease == nil {
		return nil
	}
	r.stop() // the current request is useless now
	r.loop.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	r.mu.Lock()
	r.cancel = cancel
	r.mu.Unlock()
	out, err := r.lease.Release(ctx)
	if err != nil {
		return r.releaseError(err)
	}
	if n, ok := releaseNotice(out); ok {
		n.At = r.o.Now()
		notify(n)
	}
	return nil
}

// stop cancels the current request, also one of release.
func (r *Registrar) stop() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel()
}

func releaseNotice(out account.Outcome) (output.Notice, bool) {
	switch {
	case out.Restored != nil:
		return output.Notice{Code: "restored", Good: true, Message: "Vidiking sends to " + out.Restored.URL + " again."}, true
	case out.HeldBy != nil:
		return output.Notice{Code: "registered_elsewhere", Good: true, Message: "Vidiking sends to another listen: " + out.HeldBy.Webhook.URL}, true
	case out.StillRegistered != nil:
		const command = "vidiking config set-webhook --url URL"
		return output.Notice{
			Code: "left_registered", Hint: command,
			Message: "Vidiking still sends to " + out.StillRegistered.URL + ", where no listen runs any more.",
			Details: []string{"Set the correct URL: " + command},
		}, true
	}
	return output.Notice{}, false
}

// releaseError says why the webhook was not restored, and how to restore it.
func (r *Registrar) releaseError(err error) error {
	const what = "the account's webhook was not restored"
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return output.Failed(err, what+": Vidiking did not respond in time", "vidiking config restore-webhook")
	}
	reason := r.o.Explain(err)
	f := output.Failed(err, what+": "+reason.What, "vidiking config restore-webhook")
	f.Code, f.Detail = reason.Code, reason.Detail
	return f
}

// close releases all resources. Other commands handle a webhook that was not restored as if this process had died.
func (r *Registrar) close() {
	if r == nil {
		return
	}
	r.stop()
	r.loop.Wait()
	if r.lease != nil {
		r.lease.Abandon()
	}
}
