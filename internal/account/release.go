package account

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Outcome is what became of the webhook when a registration ended. At most one of its fields is set; none where somebody else had
// put it back before.
type Outcome struct {
	Restored        *vidiking.Webhook // it is registered again
	StillRegistered *vidiking.Webhook // the ended listen's own is still registered, since what was there before is not known
	HeldBy          *Holder           // another listen is registered, and puts it back when it ends
}

// Release puts back what was there before. After it has succeeded, it does nothing more. Where it fails, what must be put back
// stays on the disk, and the next command says so.
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

// Abandon lets go without putting anything back: for a process that ends after Release has failed. To the others it is as if it
// had died.
func (l *Lease) Abandon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.released {
		l.released = true
		l.unlockHolder()
	}
}

// putBack takes this registration off the stack, and puts back what is under it where it is on top.
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

// pop takes the top of an override away and puts back what is under it.
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
	// What is remembered first: a process that dies between the two puts back once more what is there already.
	err := s.save(a, registered, nil, s.now())
	return out, errors.Join(err, s.writeUndo(slices.Delete(overrides, i, i+1)))
}

// tidy takes away the locks of holders that live no more.
func (s *Store) removeStaleLocks(holders []Holder) {
	for _, h := range holders {
		if !s.isLive(h.ID) {
			_ = os.Remove(s.holderLock(h.ID)) // an empty file that nobody looks for any more
		}
	}
}

// Restore puts back what a dead listen left, by an API for the account. It returns ErrNothingLeft, a *TakenError where the listen lives,
// or an *UnknownBaseError where what was there before is not known. That the account's key is the one that it was registered with is
// for the caller to look at (Override.IsOf): a key may have been exchanged for a new one since.
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
