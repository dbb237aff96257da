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
type Claim struct {
	Account Account
	API     API
	ID      string // of the session
	PID     int
	Sandbox bool
	Webhook vidiking.Webhook
	Base    *vidiking.Webhook // what to put back, where it was given; nil: what is known
	Over    string            // the id of the live holder that may be replaced; empty: none may
}

// Registration is a listen's URL in the account. Any number of goroutines may use it.
type Registration struct {
	book  *Book
	claim Claim

	mu       sync.Mutex
	alive    *flock.Flock // held until it is released
	released bool
}

// Register puts a listen's URL into the account. What must be put back is on the disk before. It returns a *TakenError where a live
// holder is in the way that Claim.Over does not name. Where the call was not carried out, nothing is left to put back; where
// that is not certain, what was there is put back at once.
func (b *Book) Register(ctx context.Context, c Claim) (*Registration, error) {
	unlock, err := b.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	s, err := b.Look(c.Account)
	if err != nil {
		return nil, err
	}
	if o := s.Override; o != nil && o.Top().Live && o.Top().ID != c.Over {
		return nil, &TakenError{o.Top()}
	}
	before, err := b.readUndo()
	if err != nil {
		return nil, err
	}
	r := &Registration{book: b, claim: c}
	if err := r.live(); err != nil {
		return nil, err
	}
	if s.Override != nil {
		defer b.tidy(s.Override.Holders)
	}
	if err := b.writeUndo(b.with(before, c, s)); err != nil {
		r.die()
		return nil, err
	}
	err = c.API.PutWebhook(ctx, c.Webhook)
	switch {
	case err == nil:
		return r, nil
	case vidiking.MayHaveHappened(err):
		return nil, errors.Join(err, r.backOut(ctx))
	}
	r.die()
	return nil, errors.Join(err, b.writeUndo(before))
}

// backOutTime bounds how long a registration without an answer is taken back, also where its caller has given up.
const backOutTime = 30 * time.Second

// backOut puts back what was there before a call that may have been carried out.
func (r *Registration) backOut(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backOutTime)
	defer cancel()
	defer r.die()
	out, err := r.putBack(ctx)
	if out.Left != nil {
		err = errors.Join(err, r.book.remember(r.claim.Account, nil, out.Left, r.book.now()))
	}
	return err
}

// with is the overrides with a claim on top of its account's.
func (b *Book) with(overrides []Override, c Claim, s State) []Override {
	h := Holder{ID: c.ID, PID: c.PID, Since: b.now().UTC(), Sandbox: c.Sandbox, Webhook: c.Webhook, Live: true}
	overrides = slices.Clone(overrides)
	i := indexOverride(overrides, c.Account)
	if i < 0 {
		i = len(overrides)
		overrides = append(overrides, Override{API: c.Account.API, Key: c.Account.Key.String(), keyID: c.Account.keyID(), Base: s.Base()})
	}
	if c.Base != nil {
		overrides[i].Base = c.Base
	}
	overrides[i].Holders = append(living(overrides[i].Holders), h)
	return overrides
}

// living leaves out holders that have died: nothing of theirs is registered any more.
func living(holders []Holder) []Holder {
	return slices.DeleteFunc(slices.Clone(holders), func(h Holder) bool { return !h.Live })
}

// Change registers another URL, or another secret, in the place of the one before: a tunnel came back elsewhere. Where another holder
// is on top, it is only kept for when that one ends.
func (r *Registration) Change(ctx context.Context, w vidiking.Webhook) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.released {
		return nil
	}
	unlock, err := r.book.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	overrides, o, h, err := r.find()
	if err != nil || h == nil {
		return err
	}
	h.Webhook, r.claim.Webhook = w, w
	if err := r.book.writeUndo(overrides); err != nil {
		return err
	}
	if o.Top().ID != h.ID {
		return nil
	}
	return r.claim.API.PutWebhook(ctx, w)
}

// find reads what must be put back, and in it what is this registration's; nil where somebody has put it back already.
func (r *Registration) find() (overrides []Override, o *Override, h *Holder, err error) {
	overrides, err = r.book.readUndo()
	if err != nil {
		return nil, nil, nil, err
	}
	i := indexOverride(overrides, r.claim.Account)
	if i < 0 {
		return overrides, nil, nil, nil
	}
	o = &overrides[i]
	for j := range o.Holders {
		if o.Holders[j].ID == r.claim.ID {
			return overrides, o, &o.Holders[j], nil
		}
	}
	return overrides, o, nil, nil
}

// live takes the lock that tells the others of this process's life.
func (r *Registration) live() error {
	path := r.book.holderLock(r.claim.ID)
	l := flock.New(path, flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err == nil && !ok {
		err = errors.New("another process holds it")
	}
	if err != nil {
		return &FileError{path, "can't be locked", reason(err)}
	}
	r.alive = l
	return nil
}

// die gives that lock back.
func (r *Registration) die() {
	_ = r.alive.Unlock()
	r.book.tidy([]Holder{{ID: r.claim.ID}})
}
