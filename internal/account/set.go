package account

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Set sets the account's webhook for good. It returns a *TakenError where a live listen has its own there, since that would put back
// the former one when it ends. Where the call may have been carried out without an answer, what is remembered says so.
func (s *Store) Set(ctx context.Context, a Account, api API, w vidiking.Webhook) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	state, err := s.State(a)
	if err != nil {
		return err
	}
	if state.Override != nil && state.Override.Active().Live {
		return &TakenError{state.Override.Active()}
	}
	var before *vidiking.Webhook
	at := s.now()
	if state.Saved != nil {
		before, at = &state.Saved.Webhook, state.Saved.At
	}
	// What is to be is on the disk first: a process that dies now leaves "one of the two", not a wrong certainty.
	if err := s.save(a, before, &w, at); err != nil {
		return err
	}
	if err := s.setBase(a, &w); err != nil {
		return err
	}
	if err := api.PutWebhook(ctx, w); err != nil {
		if vidiking.OutcomeUnknown(err) {
			return err
		}
		return errors.Join(err, s.revertSaved(a, state))
	}
	return errors.Join(s.save(a, &w, nil, s.now()), s.dropOverride(a))
}

// forget goes back to what was known before a call that was not carried out.
func (s *Store) revertSaved(a Account, state State) error {
	var before, unsure *vidiking.Webhook
	at := s.now()
	if state.Saved != nil {
		before, unsure, at = &state.Saved.Webhook, state.Saved.Uncertain, state.Saved.At
	}
	err := s.save(a, before, unsure, at)
	if state.Override != nil {
		err = errors.Join(err, s.setBase(a, state.Override.Base))
	}
	return err
}

// rebase changes what an override puts back, where there is one.
func (s *Store) setBase(a Account, base *vidiking.Webhook) error {
	overrides, err := s.readUndo()
	if err != nil {
		return err
	}
	i := indexOverride(overrides, a)
	if i < 0 {
		return nil
	}
	overrides[i].Base = base
	return s.writeUndo(overrides)
}

// drop takes an override away, where there is one: nothing must be put back any more.
func (s *Store) dropOverride(a Account) error {
	overrides, err := s.readUndo()
	if err != nil {
		return err
	}
	i := indexOverride(overrides, a)
	if i < 0 {
		return nil
	}
	s.removeStaleLocks(overrides[i].Holders)
	return s.writeUndo(append(overrides[:i:i], overrides[i+1:]...))
}
