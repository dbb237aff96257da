package account

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Set sets the account's webhook for good. It returns a *TakenError where a live listen has its own there, since that would put back
// the former one when it ends. Where the call may have been carried out without an answer, what is remembered says so.
func (b *Book) Set(ctx context.Context, a Account, api API, w vidiking.Webhook) error {
	unlock, err := b.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := b.Look(a)
	if err != nil {
		return err
	}
	if s.Override != nil && s.Override.Top().Live {
		return &TakenError{s.Override.Top()}
	}
	var before *vidiking.Webhook
	at := b.now()
	if s.Known != nil {
		before, at = &s.Known.Webhook, s.Known.At
	}
	// What is to be is on the disk first: a process that dies now leaves "one of the two", not a wrong certainty.
	if err := b.remember(a, before, &w, at); err != nil {
		return err
	}
	if err := b.rebase(a, &w); err != nil {
		return err
	}
	if err := api.PutWebhook(ctx, w); err != nil {
		if vidiking.MayHaveHappened(err) {
			return err
		}
		return errors.Join(err, b.forget(a, s))
	}
	return errors.Join(b.remember(a, &w, nil, b.now()), b.drop(a))
}

// forget goes back to what was known before a call that was not carried out.
func (b *Book) forget(a Account, s State) error {
	var before, unsure *vidiking.Webhook
	at := b.now()
	if s.Known != nil {
		before, unsure, at = &s.Known.Webhook, s.Known.Unsure, s.Known.At
	}
	err := b.remember(a, before, unsure, at)
	if s.Override != nil {
		err = errors.Join(err, b.rebase(a, s.Override.Base))
	}
	return err
}

// rebase changes what an override puts back, where there is one.
func (b *Book) rebase(a Account, base *vidiking.Webhook) error {
	overrides, err := b.readUndo()
	if err != nil {
		return err
	}
	i := indexOverride(overrides, a)
	if i < 0 {
		return nil
	}
	overrides[i].Base = base
	return b.writeUndo(overrides)
}

// drop takes an override away, where there is one: nothing must be put back any more.
func (b *Book) drop(a Account) error {
	overrides, err := b.readUndo()
	if err != nil {
		return err
	}
	i := indexOverride(overrides, a)
	if i < 0 {
		return nil
	}
	b.tidy(overrides[i].Holders)
	return b.writeUndo(append(overrides[:i:i], overrides[i+1:]...))
}
