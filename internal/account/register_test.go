package account

import (
	"errors"
	"os"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

func TestReleaseRestoresThePreviousWebhook(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	lease := mustRegister(t, store, registration(api, "ses_a", mine))
	if api.now() != mine {
		t.Fatalf("got %s registered, want %s", api.now(), mine)
	}
	if left, err := store.Stale(); err != nil || len(left) != 0 {
		t.Errorf("got stale %+v, %v, want none while the holder lives", left, err)
	}
	out, err := lease.Release(t.Context())
	if err != nil || out.Restored == nil || out.Restored.URL != prod || api.now() != prod {
		t.Errorf("Release: got %+v, %v with %s registered, want %s", out, err, api.now(), prod)
	}
	wantClean(t, store)
	wantSaved(t, store, prod, "")
	if out, err := lease.Release(t.Context()); err != nil || out != (Outcome{}) || api.calls != 3 {
		t.Errorf("second Release: got %+v, %v after %d calls, want no change", out, err, api.calls)
	}
}

func TestPreviousWebhookIsOnDiskBeforeTheChange(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	mustSet(t, store, &fakeAPI{}, prod)
	api := &fakeAPI{}
	api.before = func(w vidiking.Webhook) {
		overrides, err := store.readUndo()
		if err != nil || len(overrides) != 1 || overrides[0].Base.URL != prod || overrides[0].Base.Secret != hook(prod).Secret {
			t.Errorf("while setting %s: got %+v, %v on disk, want %s to restore", w.URL, overrides, err, prod)
		}
	}
	lease := mustRegister(t, store, registration(api, "ses_a", mine))
	if _, err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if api.calls != 2 {
		t.Errorf("got %d calls, want 2", api.calls)
	}
}

func TestStaleOverrideIsListedAndRestored(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	kill(t, mustRegister(t, store, registration(api, "ses_a", mine)))
	left, err := store.Stale()
	if err != nil || len(left) != 1 || left[0].Active().Webhook.URL != mine || left[0].Base.URL != prod || !left[0].BelongsTo(acct) {
		t.Fatalf("got stale %+v, %v, want %s over %s", left, err, mine, prod)
	}
	out, err := restore(t, store, api)
	if err != nil || out.Restored == nil || api.now() != prod {
		t.Errorf("Restore: got %+v, %v with %s registered, want %s", out, err, api.now(), prod)
	}
	wantClean(t, store)
	if _, err := restore(t, store, api); !errors.Is(err, ErrNothingToRestore) {
		t.Errorf("second Restore: got %v, want ErrNothingToRestore", err)
	}
}

func TestFailedRestoreCanBeRetried(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	lease := mustRegister(t, store, registration(api, "ses_a", mine))
	api.fail = func(int) error { return errNobody }
	if _, err := lease.Release(t.Context()); !errors.Is(err, errNobody) {
		t.Errorf("Release: got %v, want %v", err, errNobody)
	}
	lease.Abandon()
	if _, err := restore(t, store, api); !errors.Is(err, errNobody) {
		t.Errorf("Restore: got %v, want %v", err, errNobody)
	}
	api.fail = nil
	if _, err := restore(t, store, api); err != nil || api.now() != prod {
		t.Errorf("second Restore: got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantClean(t, store)
}

func TestRestoreRefusesALiveHolder(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	mustRegister(t, store, registration(api, "ses_a", mine))
	var taken *TakenError
	if _, err := restore(t, store, api); !errors.As(err, &taken) || api.now() != mine {
		t.Errorf("got %v with %s registered, want a TakenError", err, api.now())
	}
}

func TestRegisterReplacesOnlyTheNamedHolder(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	mustRegister(t, store, registration(api, "ses_a", mine))
	second := registration(api, "ses_b", other)
	var taken *TakenError
	if _, err := store.Register(t.Context(), second); !errors.As(err, &taken) || taken.Holder.ID != "ses_a" || taken.Holder.PID != 7 {
		t.Fatalf("got %v, want a TakenError by ses_a", err)
	}
	second.Replaces = "ses_a"
	mustRegister(t, store, second)
	if api.now() != other {
		t.Errorf("got %s registered, want %s", api.now(), other)
	}
	third := registration(api, "ses_c", mine)
	third.Replaces = "ses_a"
	if _, err := store.Register(t.Context(), third); !errors.As(err, &taken) || taken.Holder.ID != "ses_b" {
		t.Errorf("got %v, want a TakenError by ses_b, which is not the one to replace", err)
	}
}

func TestTwoLeasesEndInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		end    func(t *testing.T, store *Store, first, second *Lease)
		middle string // registered after the first one has ended
	}{
		{"second ends first", func(t *testing.T, _ *Store, first, second *Lease) {
			out, err := second.Release(t.Context())
			if err != nil || out.Restored == nil || out.Restored.URL != mine {
				t.Errorf("second: got %+v, %v, want %s restored", out, err, mine)
			}
			if _, err := first.Release(t.Context()); err != nil {
				t.Error(err)
			}
		}, mine},
		{"first ends first", func(t *testing.T, _ *Store, first, second *Lease) {
			out, err := first.Release(t.Context())
			if err != nil || out.HeldBy == nil || out.HeldBy.ID != "ses_b" {
				t.Errorf("first: got %+v, %v, want ses_b registered", out, err)
			}
			if _, err := second.Release(t.Context()); err != nil {
				t.Error(err)
			}
		}, ""},
		{"first killed", func(t *testing.T, _ *Store, first, second *Lease) {
			kill(t, first)
			out, err := second.Release(t.Context())
			if err != nil || out.Restored == nil || out.Restored.URL != prod {
				t.Errorf("second: got %+v, %v, want %s restored", out, err, prod)
			}
		}, ""},
		{"second killed", func(t *testing.T, store *Store, first, second *Lease) {
			kill(t, second)
			if left, err := store.Stale(); err != nil || len(left) != 1 {
				t.Errorf("got stale %+v, %v, want the second's override", left, err)
			}
			if _, err := first.Release(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := restore(t, store, second.registration.API); err != nil {
				t.Error(err)
			}
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store, api := newStore(t), &fakeAPI{}
			mustSet(t, store, api, prod)
			first := mustRegister(t, store, registration(api, "ses_a", mine))
			c := registration(api, "ses_b", other)
			c.Replaces = "ses_a"
			second := mustRegister(t, store, c)
			tt.end(t, store, first, second)
			if api.now() != prod {
				t.Errorf("at the end: got %s registered, want %s", api.now(), prod)
			}
			if tt.middle != "" && api.registered[len(api.registered)-2].URL != tt.middle {
				t.Errorf("in between: got %s registered, want %s", api.registered[len(api.registered)-2].URL, tt.middle)
			}
			wantClean(t, store)
		})
	}
}

func TestRegisterKeepsTheBaseOfADeadHolder(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	kill(t, mustRegister(t, store, registration(api, "ses_a", mine)))
	lease := mustRegister(t, store, registration(api, "ses_b", other))
	if _, err := lease.Release(t.Context()); err != nil || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantClean(t, store)
}

func TestReleaseWithoutABaseKeepsItsOwnWebhook(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	lease := mustRegister(t, store, registration(api, "ses_a", mine))
	out, err := lease.Release(t.Context())
	if err != nil || out.StillRegistered == nil || out.StillRegistered.URL != mine || api.calls != 1 {
		t.Errorf("got %+v, %v after %d calls, want %s still registered", out, err, api.calls, mine)
	}
	wantClean(t, store)
	wantSaved(t, store, mine, "") // Vidiking sends there now
}

func TestRestoreWithoutABaseIsAnError(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	kill(t, mustRegister(t, store, registration(api, "ses_a", mine)))
	var unknown *UnknownBaseError
	if _, err := restore(t, store, api); !errors.As(err, &unknown) || unknown.Holder.Webhook.URL != mine {
		t.Errorf("got %v, want an UnknownBaseError", err)
	}
	mustSet(t, store, api, prod) // Set resolves this
	wantClean(t, store)
}

func TestGivenBaseIsRestoredAndSaved(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	c := registration(api, "ses_a", mine)
	base := hook(prod)
	c.Base = &base
	lease := mustRegister(t, store, c)
	if _, err := lease.Release(t.Context()); err != nil || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantSaved(t, store, prod, "")
}

func TestRejectedRegistrationLeavesNothing(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	api.fail = func(int) error { return errRefused }
	if _, err := store.Register(t.Context(), registration(api, "ses_a", mine)); !errors.Is(err, errRefused) || api.calls != 2 {
		t.Errorf("got %v after %d calls, want %v after 2", err, api.calls, errRefused)
	}
	wantClean(t, store)
	wantSaved(t, store, prod, "")
}

func TestRejectedRegistrationKeepsAStaleOverride(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	kill(t, mustRegister(t, store, registration(api, "ses_a", mine)))
	_, err := store.Register(t.Context(), registration(&fakeAPI{fail: func(int) error { return errRefused }}, "ses_b", other))
	if !errors.Is(err, errRefused) {
		t.Errorf("got %v, want %v", err, errRefused)
	}
	if left, err := store.Stale(); err != nil || len(left) != 1 || left[0].Active().ID != "ses_a" {
		t.Errorf("got stale %+v, %v, want the override of ses_a", left, err)
	}
}

func TestRegistrationWithUnknownOutcomeIsUndone(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	api.after = func(call int) error {
		if call == 2 {
			return errNobody
		}
		return nil
	}
	if _, err := store.Register(t.Context(), registration(api, "ses_a", mine)); !errors.Is(err, errNobody) || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantClean(t, store)

	api.after = func(int) error { return errNobody } // undoing gets no response either
	if _, err := store.Register(t.Context(), registration(api, "ses_a", mine)); !errors.Is(err, errNobody) {
		t.Errorf("got %v, want %v", err, errNobody)
	}
	if left, err := store.Stale(); err != nil || len(left) != 1 {
		t.Errorf("got stale %+v, %v, want one for the next command", left, err)
	}
}

func TestUnknownOutcomeWithoutABaseIsUncertain(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{after: func(int) error { return errNobody }}
	if _, err := store.Register(t.Context(), registration(api, "ses_a", mine)); !errors.Is(err, errNobody) {
		t.Errorf("got %v, want %v", err, errNobody)
	}
	wantClean(t, store)
	wantSaved(t, store, mine, mine)
}

func TestUpdateRegistersTheNewURL(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	lease := mustRegister(t, store, registration(api, "ses_a", mine))
	if err := lease.Update(t.Context(), hook(other)); err != nil || api.now() != other {
		t.Fatalf("got %v with %s registered, want %s", err, api.now(), other)
	}
	if s, err := store.State(acct); err != nil || s.Override.Active().Webhook.URL != other {
		t.Errorf("got %+v, %v on disk, want %s", s.Override, err, other)
	}
	if _, err := lease.Release(t.Context()); err != nil || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	if err := lease.Update(t.Context(), hook(mine)); err != nil || api.now() != prod {
		t.Errorf("after Release: got %v with %s registered, want still %s", err, api.now(), prod)
	}
}

func TestUpdateBelowTheActiveHolderIsOnlySaved(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	first := mustRegister(t, store, registration(api, "ses_a", mine))
	c := registration(api, "ses_b", other)
	c.Replaces = "ses_a"
	second := mustRegister(t, store, c)
	const third = "https://third.example.app/webhooks/vidiking"
	if err := first.Update(t.Context(), hook(third)); err != nil || api.now() != other {
		t.Errorf("got %v with %s registered, want still %s", err, api.now(), other)
	}
	if _, err := second.Release(t.Context()); err != nil || api.now() != third {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), third)
	}
}

func TestReleaseAfterAnotherRestoreDoesNothing(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	lease := mustRegister(t, store, registration(api, "ses_a", mine))
	if err := os.Remove(store.undoPath); err != nil {
		t.Fatal(err)
	}
	if out, err := lease.Release(t.Context()); err != nil || out != (Outcome{}) || api.calls != 1 {
		t.Errorf("got %+v, %v after %d calls, want no change", out, err, api.calls)
	}
}
