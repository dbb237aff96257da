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

// Claim is what a listen registers, and what it may take for that.
type Registration struct {
	Account  Account
	API      API
	ID       string // of the session
	PID      int
	Sandbox  bool
	Webhook  vidiking.Webhook
	Base     *vidiking.Webhook // what to put back, where it was given; nil: what is known
	Replaces string            // the id of the live holder that may be replaced; empty: none may
}

// Registration is a listen's URL in the account. Any number of goroutines may use it.
type Lease struct {
	store        *Store
	registration Registration

	mu         sync.Mutex
	holderLock *flock.Flock // held until it is released
	released   bool
}

// Register puts a listen's URL into the account. What must be put back is on the disk before. It returns a *TakenError where a live
// holder is in the way that Claim.Over does not name. Where the call was not carried out, nothing is left to put back; where
// that is not certain, what was there is put back at once.
func (s *Store) Register(ctx context.Context, c Registration) (*Lease, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	state, err := s.State(c.Account)
	if err != nil {
		return nil, err
	}
	if o := state.Override; o != nil && o.Active().Live && o.Active().ID != c.Replaces {
		return nil, &TakenError{o.Active()}
	}
	before, err := s.readUndo()
	if err != nil {
		return nil, err
	}
	l := &Lease{store: s, registration: c}
	if err := l.lockHolder(); err != nil {
		return nil, err
	}
	if state.Override != nil {
		defer s.removeStaleLocks(state.Override.Holders)
	}
	if err := s.writeUndo(s.pushHolder(before, c, state)); err != nil {
		l.unlockHolder()
		return nil, err
	}
	err = c.API.PutWebhook(ctx, c.Webhook)
	switch {
	case err == nil:
		return l, nil
	case vidiking.OutcomeUnknown(err):
		return nil, errors.Join(err, l.undoRegistration(ctx))
	}
	l.unlockHolder()
	return nil, errors.Join(err, s.writeUndo(before))
}

// backOutTime bounds how long a registration without an answer is taken back, also where its caller has given up.
const undoTimeout = 30 * time.Second

// backOut puts back what was there before a call that may have been carried out.
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

// with is the overrides with a claim on top of its account's.
func (s *Store) pushHolder(overrides []Override, c Registration, state State) []Override {
	h := Holder{ID: c.ID, PID: c.PID, Since: s.now().UTC(), Sandbox: c.Sandbox, Webhook: c.Webhook, Live: true}
	overrides = slices.Clone(overrides)
	i := indexOverride(overrides, c.Account)
	if i < 0 {
		i = len(overrides)
		overrides = append(overrides, Override{API: c.Account.API, Key: c.Account.Key.String(), keyID: c.Account.keyID(), Base: state.Base()})
	}
	if c.Base != nil {
		overrides[i].Base = c.Base
	}
	overrides[i].Holders = append(liveHolders(overrides[i].Holders), h)
	return overrides
}

// living leaves out holders that have died: nothing of theirs is registered any more.
func liveHolders(holders []Holder) []Holder {
	return slices.DeleteFunc(slices.Clone(holders), func(h Holder) bool { return !h.Live })
}

// Change registers another URL, or another secret, in the place of the one before: a tunnel came back elsewhere. Where another holder
// is on top, it is only kept for when that one ends.
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

// find reads what must be put back, and in it what is this registration's; nil where somebody has put it back already.
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

// live takes the lock that tells the others of this process's life.
func (l *Lease) lockHolder() error {
	path := l.store.holderLock(l.registration.ID)
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = errors.New("another process holds it")
	}
	if err != nil {
		return &FileError{path, "can't be locked", withoutPath(err)}
	}
	l.holderLock = lock
	return nil
}

// die gives that lock back.
func (l *Lease) unlockHolder() {
	_ = l.holderLock.Unlock()
	l.store.removeStaleLocks([]Holder{{ID: l.registration.ID}})
}
