package account

import (
	"errors"
	"os"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

func TestARegistrationPutsBackWhatWasThere(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	r := mustRegister(t, b, claim(api, "ses_a", mine))
	if api.now() != mine {
		t.Fatalf("got %s registered, want %s", api.now(), mine)
	}
	if left, err := b.Stale(); err != nil || len(left) != 0 {
		t.Errorf("got %+v, %v left, want nothing while it lives", left, err)
	}
	out, err := r.Release(t.Context())
	if err != nil || out.Restored == nil || out.Restored.URL != prod || api.now() != prod {
		t.Errorf("Release: got %+v, %v with %s registered, want %s", out, err, api.now(), prod)
	}
	wantClean(t, b)
	wantKnown(t, b, prod, "")
	if out, err := r.Release(t.Context()); err != nil || out != (Outcome{}) || api.calls != 3 {
		t.Errorf("Release again: got %+v, %v after %d calls, want nothing done", out, err, api.calls)
	}
}

func TestWhatMustBePutBackIsOnTheDiskBeforeTheChange(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	mustSet(t, b, &fakeAPI{}, prod)
	api := &fakeAPI{}
	api.before = func(w vidiking.Webhook) {
		overrides, err := b.readUndo()
		if err != nil || len(overrides) != 1 || overrides[0].Base.URL != prod || overrides[0].Base.Secret != hook(prod).Secret {
			t.Errorf("when %s is set: got %+v, %v on the disk, want %s to be put back, whole", w.URL, overrides, err, prod)
		}
	}
	r := mustRegister(t, b, claim(api, "ses_a", mine))
	if _, err := r.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if api.calls != 2 {
		t.Errorf("got %d calls, want 2", api.calls)
	}
}

func TestWhatADeadListenLeftIsToldAndMended(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	kill(t, mustRegister(t, b, claim(api, "ses_a", mine)))
	left, err := b.Stale()
	if err != nil || len(left) != 1 || left[0].Active().Webhook.URL != mine || left[0].Base.URL != prod || !left[0].BelongsTo(acct) {
		t.Fatalf("got %+v, %v left, want %s over %s", left, err, mine, prod)
	}
	out, err := restore(t, b, api)
	if err != nil || out.Restored == nil || api.now() != prod {
		t.Errorf("Restore: got %+v, %v with %s registered, want %s", out, err, api.now(), prod)
	}
	wantClean(t, b)
	if _, err := restore(t, b, api); !errors.Is(err, ErrNothingToRestore) {
		t.Errorf("Restore again: got %v, want ErrNothingLeft", err)
	}
}

func TestARestoreThatFailsCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	r := mustRegister(t, b, claim(api, "ses_a", mine))
	api.fail = func(int) error { return errNobody }
	if _, err := r.Release(t.Context()); !errors.Is(err, errNobody) {
		t.Errorf("Release: got %v, want %v", err, errNobody)
	}
	r.Abandon()
	if _, err := restore(t, b, api); !errors.Is(err, errNobody) {
		t.Errorf("Restore: got %v, want %v", err, errNobody)
	}
	api.fail = nil
	if _, err := restore(t, b, api); err != nil || api.now() != prod {
		t.Errorf("Restore again: got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantClean(t, b)
}

func TestALivingListenIsNotRestoredOver(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	mustRegister(t, b, claim(api, "ses_a", mine))
	var taken *TakenError
	if _, err := restore(t, b, api); !errors.As(err, &taken) || api.now() != mine {
		t.Errorf("got %v with %s registered, want a TakenError", err, api.now())
	}
}

func TestTheSecondOfTwoListensTakesOnlyWhatItWasTold(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	mustRegister(t, b, claim(api, "ses_a", mine))
	second := claim(api, "ses_b", other)
	var taken *TakenError
	if _, err := b.Register(t.Context(), second); !errors.As(err, &taken) || taken.Holder.ID != "ses_a" || taken.Holder.PID != 7 {
		t.Fatalf("got %v, want a TakenError by ses_a", err)
	}
	second.Replaces = "ses_a"
	mustRegister(t, b, second)
	if api.now() != other {
		t.Errorf("got %s registered, want %s", api.now(), other)
	}
	third := claim(api, "ses_c", mine)
	third.Replaces = "ses_a"
	if _, err := b.Register(t.Context(), third); !errors.As(err, &taken) || taken.Holder.ID != "ses_b" {
		t.Errorf("got %v, want a TakenError by ses_b: that is not whom it was told", err)
	}
}

func TestTwoListensEndInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		end    func(t *testing.T, b *Store, first, second *Lease)
		middle string // what is registered after the first of them has ended
	}{
		{"the second first", func(t *testing.T, _ *Store, first, second *Lease) {
			out, err := second.Release(t.Context())
			if err != nil || out.Restored == nil || out.Restored.URL != mine {
				t.Errorf("second: got %+v, %v, want %s back", out, err, mine)
			}
			if _, err := first.Release(t.Context()); err != nil {
				t.Error(err)
			}
		}, mine},
		{"the first first", func(t *testing.T, _ *Store, first, second *Lease) {
			out, err := first.Release(t.Context())
			if err != nil || out.HeldBy == nil || out.HeldBy.ID != "ses_b" {
				t.Errorf("first: got %+v, %v, want that ses_b is registered", out, err)
			}
			if _, err := second.Release(t.Context()); err != nil {
				t.Error(err)
			}
		}, ""},
		{"the first killed", func(t *testing.T, _ *Store, first, second *Lease) {
			kill(t, first)
			out, err := second.Release(t.Context())
			if err != nil || out.Restored == nil || out.Restored.URL != prod {
				t.Errorf("second: got %+v, %v, want %s back", out, err, prod)
			}
		}, ""},
		{"the second killed", func(t *testing.T, b *Store, first, second *Lease) {
			kill(t, second)
			if left, err := b.Stale(); err != nil || len(left) != 1 {
				t.Errorf("got %+v, %v left, want what the second left", left, err)
			}
			if _, err := first.Release(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := restore(t, b, second.registration.API); err != nil {
				t.Error(err)
			}
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, api := newBook(t), &fakeAPI{}
			mustSet(t, b, api, prod)
			first := mustRegister(t, b, claim(api, "ses_a", mine))
			c := claim(api, "ses_b", other)
			c.Replaces = "ses_a"
			second := mustRegister(t, b, c)
			tt.end(t, b, first, second)
			if api.now() != prod {
				t.Errorf("at the end: got %s registered, want %s", api.now(), prod)
			}
			if tt.middle != "" && api.registered[len(api.registered)-2].URL != tt.middle {
				t.Errorf("in between: got %s registered, want %s", api.registered[len(api.registered)-2].URL, tt.middle)
			}
			wantClean(t, b)
		})
	}
}

func TestANewListenKeepsWhatADeadOneWasToPutBack(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	kill(t, mustRegister(t, b, claim(api, "ses_a", mine)))
	r := mustRegister(t, b, claim(api, "ses_b", other))
	if _, err := r.Release(t.Context()); err != nil || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantClean(t, b)
}

func TestWhereNothingIsKnownTheListensOwnIsLeft(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	r := mustRegister(t, b, claim(api, "ses_a", mine))
	out, err := r.Release(t.Context())
	if err != nil || out.StillRegistered == nil || out.StillRegistered.URL != mine || api.calls != 1 {
		t.Errorf("got %+v, %v after %d calls, want that %s is left", out, err, api.calls, mine)
	}
	wantClean(t, b)
	wantKnown(t, b, mine, "") // that is what Vidiking sends to now
}

func TestWhatADeadListenLeftWithoutABaseCannotBePutBack(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	kill(t, mustRegister(t, b, claim(api, "ses_a", mine)))
	var unknown *UnknownBaseError
	if _, err := restore(t, b, api); !errors.As(err, &unknown) || unknown.Holder.Webhook.URL != mine {
		t.Errorf("got %v, want an UnknownBaseError", err)
	}
	mustSet(t, b, api, prod) // the way out
	wantClean(t, b)
}

func TestABaseThatWasGivenIsPutBackAndRemembered(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	c := claim(api, "ses_a", mine)
	base := hook(prod)
	c.Base = &base
	r := mustRegister(t, b, c)
	if _, err := r.Release(t.Context()); err != nil || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantKnown(t, b, prod, "")
}

func TestARegistrationThatIsRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	api.fail = func(int) error { return errRefused }
	if _, err := b.Register(t.Context(), claim(api, "ses_a", mine)); !errors.Is(err, errRefused) || api.calls != 2 {
		t.Errorf("got %v after %d calls, want %v after 2", err, api.calls, errRefused)
	}
	wantClean(t, b)
	wantKnown(t, b, prod, "")
}

func TestARegistrationThatIsRefusedLeavesWhatADeadOneLeft(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	kill(t, mustRegister(t, b, claim(api, "ses_a", mine)))
	_, err := b.Register(t.Context(), claim(&fakeAPI{fail: func(int) error { return errRefused }}, "ses_b", other))
	if !errors.Is(err, errRefused) {
		t.Errorf("got %v, want %v", err, errRefused)
	}
	if left, err := b.Stale(); err != nil || len(left) != 1 || left[0].Active().ID != "ses_a" {
		t.Errorf("got %+v, %v left, want that of ses_a still", left, err)
	}
}

func TestARegistrationWithoutAnAnswerIsTakenBackAtOnce(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	api.after = func(call int) error {
		if call == 2 {
			return errNobody
		}
		return nil
	}
	if _, err := b.Register(t.Context(), claim(api, "ses_a", mine)); !errors.Is(err, errNobody) || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	wantClean(t, b)

	api.after = func(int) error { return errNobody } // now what would take it back has no answer either
	if _, err := b.Register(t.Context(), claim(api, "ses_a", mine)); !errors.Is(err, errNobody) {
		t.Errorf("got %v, want %v", err, errNobody)
	}
	if left, err := b.Stale(); err != nil || len(left) != 1 {
		t.Errorf("got %+v, %v left, want that the next command tells of it", left, err)
	}
}

func TestWithoutAnAnswerAndABaseNothingIsSure(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{after: func(int) error { return errNobody }}
	if _, err := b.Register(t.Context(), claim(api, "ses_a", mine)); !errors.Is(err, errNobody) {
		t.Errorf("got %v, want %v", err, errNobody)
	}
	wantClean(t, b)
	wantKnown(t, b, mine, mine)
}

func TestANewURLIsRegisteredAgain(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	r := mustRegister(t, b, claim(api, "ses_a", mine))
	if err := r.Update(t.Context(), hook(other)); err != nil || api.now() != other {
		t.Fatalf("got %v with %s registered, want %s", err, api.now(), other)
	}
	if s, err := b.State(acct); err != nil || s.Override.Active().Webhook.URL != other {
		t.Errorf("got %+v, %v on the disk, want %s", s.Override, err, other)
	}
	if _, err := r.Release(t.Context()); err != nil || api.now() != prod {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), prod)
	}
	if err := r.Update(t.Context(), hook(mine)); err != nil || api.now() != prod {
		t.Errorf("after the end: got %v with %s registered, want %s still", err, api.now(), prod)
	}
}

func TestANewURLOfTheOneBelowWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	first := mustRegister(t, b, claim(api, "ses_a", mine))
	c := claim(api, "ses_b", other)
	c.Replaces = "ses_a"
	second := mustRegister(t, b, c)
	const third = "https://third.example.app/webhooks/vidiking"
	if err := first.Update(t.Context(), hook(third)); err != nil || api.now() != other {
		t.Errorf("got %v with %s registered, want %s still", err, api.now(), other)
	}
	if _, err := second.Release(t.Context()); err != nil || api.now() != third {
		t.Errorf("got %v with %s registered, want %s", err, api.now(), third)
	}
}

func TestWhatSomebodyElsePutBackIsLeftAlone(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	r := mustRegister(t, b, claim(api, "ses_a", mine))
	if err := os.Remove(b.undoPath); err != nil {
		t.Fatal(err)
	}
	if out, err := r.Release(t.Context()); err != nil || out != (Outcome{}) || api.calls != 1 {
		t.Errorf("got %+v, %v after %d calls, want nothing done", out, err, api.calls)
	}
}
