package account

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Set sets the account's webhook permanently. It returns a *TakenError if a live `listen` is registered, since that would restore the old
// webhook when it ends. If the outcome of the call is unknown, the saved state records that.
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
	// Save the new webhook as uncertain first: a process that dies now leaves "one of the two", not a wrong fact.
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

// revertSaved restores the saved state after a call that was not carried out.
func (s *Store) revertSaved(a Account, state State) error {
	var before, uncertain *vidiking.Webhook
	at := s.now()
	if state.Saved != nil {
		before, uncertain, at = &state.Saved.Webhook, state.Saved.Uncertain, state.Saved.At
	}
	err := s.save(a, before, uncertain, at)
	if state.Override != nil {
		err = errors.Join(err, s.setBase(a, state.Override.Base))
	}
	return err
}

// setBase changes the webhook that an override restores, if there is an override.
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

// dropOverride removes an override, if there is one. Nothing is left to restore then.
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
