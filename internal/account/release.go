package account

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Outcome is the result of releasing a lease. At most one field is set; none if another process had restored the webhook before.
type Outcome struct {
	Restored        *vidiking.Webhook // the webhook that is registered again
	StillRegistered *vidiking.Webhook // the lease's own webhook: still registered, because the previous one is unknown
	HeldBy          *Holder           // another `listen` is registered; it restores the webhook when it ends
}

// Release restores the previous webhook. After a success, further calls do nothing. If it fails, the webhook to restore stays on disk,
// and the next command reports it.
func (l *Lease) Release(ctx context.Context) (Outcome, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.released {
		return Outcome{}, nil
	}
	unlock, err := l.store.lock(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	out, err := l.restoreWebhook(ctx)
	if err == nil {
		l.released = true
		l.unlockHolder()
	}
	return out, err
}

// Abandon gives up the lease without restoring the webhook, for a process that ends after Release failed. To other processes it looks as
// if this one had died.
func (l *Lease) Abandon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.released {
		l.released = true
		l.unlockHolder()
	}
}

// restoreWebhook removes this lease from the stack. If it was on top, it restores the webhook below it.
func (l *Lease) restoreWebhook(ctx context.Context) (Outcome, error) {
	overrides, o, h, err := l.findHolder()
	if err != nil || h == nil {
		return Outcome{}, err
	}
	if top := o.Active(); top.ID != h.ID {
		o.Holders = slices.DeleteFunc(o.Holders, func(h Holder) bool { return h.ID == l.registration.ID })
		return Outcome{HeldBy: &top}, l.store.writeUndo(overrides)
	}
	return l.store.popHolder(ctx, l.registration.API, l.registration.Account, overrides, indexOverride(overrides, l.registration.Account))
}

// popHolder removes the active holder of an override and restores the webhook below it.
func (s *Store) popHolder(ctx context.Context, api API, a Account, overrides []Override, i int) (Outcome, error) {
	o := &overrides[i]
	top, under := o.Active(), o.previous()
	if under != nil {
		if err := api.PutWebhook(ctx, *under); err != nil {
			return Outcome{}, err
		}
	}
	defer s.removeStaleLocks(slices.Clone(o.Holders))
	if o.Holders = liveHolders(o.Holders[:len(o.Holders)-1]); len(o.Holders) > 0 {
		return Outcome{Restored: under}, s.writeUndo(overrides)
	}
	out, registered := Outcome{Restored: under}, under
	if under == nil {
		out, registered = Outcome{StillRegistered: &top.Webhook}, &top.Webhook
	}
	// Save first: if the process dies in between, restoring the same webhook again does no harm.
	err := s.save(a, registered, nil, s.now())
	return out, errors.Join(err, s.writeUndo(slices.Delete(overrides, i, i+1)))
}

// removeStaleLocks removes the lock files of dead holders.
func (s *Store) removeStaleLocks(holders []Holder) {
	for _, h := range holders {
		if !s.isLive(h.ID) {
			_ = os.Remove(s.holderLock(h.ID)) // an empty file that no process needs anymore
		}
	}
}

// Restore restores the webhook after a `listen` died, with an API for the account. It returns ErrNothingToRestore, a *TakenError if the
// `listen` is alive, or an *UnknownBaseError if the previous webhook is unknown. The caller checks the key (Override.BelongsTo): the user
// may have replaced it since.
func (s *Store) Restore(ctx context.Context, left Override, a Account, api API) (Outcome, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	overrides, err := s.readUndo()
	if err != nil {
		return Outcome{}, err
	}
	i := slices.IndexFunc(overrides, func(o Override) bool { return o.API == left.API && o.keyID == left.keyID })
	if i < 0 {
		return Outcome{}, ErrNothingToRestore
	}
	switch o := overrides[i]; {
	case o.Active().Live:
		return Outcome{}, &TakenError{o.Active()}
	case o.previous() == nil:
		return Outcome{}, &UnknownBaseError{o.Active()}
	}
	return s.popHolder(ctx, api, a, overrides, i)
}
