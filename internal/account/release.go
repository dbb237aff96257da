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
	Restored *vidiking.Webhook // it is registered again
	Left     *vidiking.Webhook // the ended listen's own is still registered, since what was there before is not known
	Kept     *Holder           // another listen is registered, and puts it back when it ends
}

// Release puts back what was there before. After it has succeeded, it does nothing more. Where it fails, what must be put back
// stays on the disk, and the next command says so.
func (r *Registration) Release(ctx context.Context) (Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.released {
		return Outcome{}, nil
	}
	unlock, err := r.book.lock(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	out, err := r.putBack(ctx)
	if err == nil {
		r.released = true
		r.die()
	}
	return out, err
}

// Abandon lets go without putting anything back: for a process that ends after Release has failed. To the others it is as if it
// had died.
func (r *Registration) Abandon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.released {
		r.released = true
		r.die()
	}
}

// putBack takes this registration off the stack, and puts back what is under it where it is on top.
func (r *Registration) putBack(ctx context.Context) (Outcome, error) {
	overrides, o, h, err := r.find()
	if err != nil || h == nil {
		return Outcome{}, err
	}
	if top := o.Top(); top.ID != h.ID {
		o.Holders = slices.DeleteFunc(o.Holders, func(h Holder) bool { return h.ID == r.claim.ID })
		return Outcome{Kept: &top}, r.book.writeUndo(overrides)
	}
	return r.book.pop(ctx, r.claim.API, r.claim.Account, overrides, indexOverride(overrides, r.claim.Account))
}

// pop takes the top of an override away and puts back what is under it.
func (b *Book) pop(ctx context.Context, api API, a Account, overrides []Override, i int) (Outcome, error) {
	o := &overrides[i]
	top, under := o.Top(), o.under()
	if under != nil {
		if err := api.PutWebhook(ctx, *under); err != nil {
			return Outcome{}, err
		}
	}
	defer b.tidy(slices.Clone(o.Holders))
	if o.Holders = living(o.Holders[:len(o.Holders)-1]); len(o.Holders) > 0 {
		return Outcome{Restored: under}, b.writeUndo(overrides)
	}
	out, registered := Outcome{Restored: under}, under
	if under == nil {
		out, registered = Outcome{Left: &top.Webhook}, &top.Webhook
	}
	// What is remembered first: a process that dies between the two puts back once more what is there already.
	err := b.remember(a, registered, nil, b.now())
	return out, errors.Join(err, b.writeUndo(slices.Delete(overrides, i, i+1)))
}

// tidy takes away the locks of holders that live no more.
func (b *Book) tidy(holders []Holder) {
	for _, h := range holders {
		if !b.isLive(h.ID) {
			_ = os.Remove(b.holderLock(h.ID)) // an empty file that nobody looks for any more
		}
	}
}

// Restore puts back what a dead listen left, by an API for the account. It returns ErrNothingLeft, a *TakenError where the listen lives,
// or an *UnknownBaseError where what was there before is not known. That the account's key is the one that it was registered with is
// for the caller to look at (Override.IsOf): a key may have been exchanged for a new one since.
func (b *Book) Restore(ctx context.Context, left Override, a Account, api API) (Outcome, error) {
	unlock, err := b.lock(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	overrides, err := b.readUndo()
	if err != nil {
		return Outcome{}, err
	}
	i := slices.IndexFunc(overrides, func(o Override) bool { return o.API == left.API && o.keyID == left.keyID })
	if i < 0 {
		return Outcome{}, ErrNothingLeft
	}
	switch o := overrides[i]; {
	case o.Top().Live:
		return Outcome{}, &TakenError{o.Top()}
	case o.under() == nil:
		return Outcome{}, &UnknownBaseError{o.Top()}
	}
	return b.pop(ctx, api, a, overrides, i)
}
