package account

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Registration is the webhook that a `listen` registers, and what it may replace.
type Registration struct {
	Account  Account
	API      API
	ID       string // the session's id
	PID      int
	Sandbox  bool
	Webhook  vidiking.Webhook
	Base     *vidiking.Webhook // the webhook to restore, if the user gave it; nil: the saved one
	Replaces string            // id of the live holder that may be replaced; empty: none
}

// Lease is a registered webhook of a `listen`. Its methods are safe for concurrent use.
type Lease struct {
	store        *Store
	registration Registration

	mu         sync.Mutex
	holderLock *flock.Flock // held until the lease is released
	released   bool
}

// Register overrides the account's webhook. It first writes the webhook to restore to disk. It returns a *TakenError if a live holder
// other than Registration.Replaces is registered. If the API rejects the call, nothing remains to restore. If the outcome is unknown,
// Register restores the previous webhook at once.
func (s *Store) Register(ctx context.Context, r Registration) (*Lease, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	state, err := s.State(r.Account)
	if err != nil {
		return nil, err
	}
	if o := state.Override; o != nil && o.Active().Live && o.Active().ID != r.Replaces {
		return nil, &TakenError{o.Active()}
	}
	before, err := s.readUndo()
	if err != nil {
		return nil, err
	}
	l := &Lease{store: s, registration: r}
	if err := l.lockHolder(); err != nil {
		return nil, err
	}
	if state.Override != nil {
		defer s.removeStaleLocks(state.Override.Holders)
	}
	if err := s.writeUndo(s.pushHolder(before, r, state)); err != nil {
		l.unlockHolder()
		return nil, err
	}
	err = r.API.PutWebhook(ctx, r.Webhook)
	switch {
	case err == nil:
		return l, nil
	case vidiking.OutcomeUnknown(err):
		return nil, errors.Join(err, l.undoRegistration(ctx))
	}
	l.unlockHolder()
	return nil, errors.Join(err, s.writeUndo(before))
}

// undoTimeout bounds undoing a registration with an unknown outcome, even if the caller's context is done.
const undoTimeout = 30 * time.Second

// undoRegistration restores the previous webhook after a call with an unknown outcome.
func (l *Lease) undoRegistration(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	defer l.unlockHolder()
	out, err := l.restoreWebhook(ctx)
	if out.StillRegistered != nil {
		err = errors.Join(err, l.store.save(l.registration.Account, nil, out.StillRegistered, l.store.now()))
	}
	return err
}

// pushHolder returns the overrides with the registration on top of its account's.
func (s *Store) pushHolder(overrides []Override, r Registration, state State) []Override {
	h := Holder{ID: r.ID, PID: r.PID, Since: s.now().UTC(), Sandbox: r.Sandbox, Webhook: r.Webhook, Live: true}
	overrides = slices.Clone(overrides)
	i := indexOverride(overrides, r.Account)
	if i < 0 {
		i = len(overrides)
		overrides = append(overrides, Override{API: r.Account.API, Key: r.Account.Key.String(), keyID: r.Account.keyID(), Base: state.Base()})
	}
	if r.Base != nil {
		overrides[i].Base = r.Base
	}
	overrides[i].Holders = append(liveHolders(overrides[i].Holders), h)
	return overrides
}

// liveHolders leaves out dead holders, whose webhooks are no longer registered.
func liveHolders(holders []Holder) []Holder {
	return slices.DeleteFunc(slices.Clone(holders), func(h Holder) bool { return !h.Live })
}

// Update registers a different URL or secret, for a tunnel that reconnected with another URL. If another holder is active, Update only
// saves the change for when that one ends.
func (l *Lease) Update(ctx context.Context, w vidiking.Webhook) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.released {
		return nil
	}
	unlock, err := l.store.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	overrides, o, h, err := l.findHolder()
	if err != nil || h == nil {
		return err
	}
	h.Webhook, l.registration.Webhook = w, w
	if err := l.store.writeUndo(overrides); err != nil {
		return err
	}
	if o.Active().ID != h.ID {
		return nil
	}
	return l.registration.API.PutWebhook(ctx, w)
}

// findHolder reads the overrides and returns this lease's override and holder. The holder is nil if another process has already restored
// the webhook.
func (l *Lease) findHolder() (overrides []Override, o *Override, h *Holder, err error) {
	overrides, err = l.store.readUndo()
	if err != nil {
		return nil, nil, nil, err
	}
	i := indexOverride(overrides, l.registration.Account)
	if i < 0 {
		return overrides, nil, nil, nil
	}
	o = &overrides[i]
	for j := range o.Holders {
		if o.Holders[j].ID == l.registration.ID {
			return overrides, o, &o.Holders[j], nil
		}
	}
	return overrides, o, nil, nil
}

// lockHolder takes the lock that marks this process as alive.
func (l *Lease) lockHolder() error {
	path := l.store.holderLock(l.registration.ID)
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = errors.New("another process holds the lock")
	}
	if err != nil {
		return &FileError{path, "lock", withoutPath(err)}
	}
	l.holderLock = lock
	return nil
}

// unlockHolder releases that lock.
func (l *Lease) unlockHolder() {
	_ = l.holderLock.Unlock()
	l.store.removeStaleLocks([]Holder{{ID: l.registration.ID}})
}
