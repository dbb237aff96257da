package account

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestSetSavesTheWebhook(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	wantSaved(t, store, "", "")
	mustSet(t, store, api, prod)
	s, err := store.State(acct)
	if err != nil {
		t.Fatal(err)
	}
	want := &SavedWebhook{Webhook: hook(prod), At: at}
	if diff := cmp.Diff(want, s.Saved, cmp.Comparer(func(a, store webhook.Secret) bool { return a == store })); diff != "" {
		t.Errorf("saved (-want +got):\n%s", diff)
	}
	if base := s.Base(); base == nil || base.URL != prod {
		t.Errorf("got base %v, want %s", base, prod)
	}
}

func TestStateIsSeparatePerKeyAndAPI(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	for _, a := range []Account{{acct.API, webhook.SecretFrom("vk_another")}, {"http://127.0.0.1:1/v1", acct.Key}} {
		if s, err := store.State(a); err != nil || s.Saved != nil {
			t.Errorf("%s, %s: got %+v, %v, want no state", a.API, a.Key, s.Saved, err)
		}
		if err := store.Set(t.Context(), a, api, hook(other)); err != nil {
			t.Fatal(err)
		}
	}
	wantSaved(t, store, prod, "")
}

func TestFilesArePrivateAndContainNoAPIKey(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	mustRegister(t, store, registration(api, "ses_a", mine))
	files, err := filepath.Glob(store.savedPath + "*")
	if err != nil || len(files) < 3 {
		t.Fatalf("got files %v, %v, want the saved file, the undo file and locks", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s: got mode %o, want 600", file, mode)
		}
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text), "0123456789abcdefKEY9") {
			t.Errorf("%s contains the API key (or: %v):\n%s", file, err, text)
		}
	}
}

func TestRejectedSetChangesNothing(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	if err := store.Set(t.Context(), acct, &fakeAPI{fail: func(int) error { return errRefused }}, hook(prod)); !errors.Is(err, errRefused) {
		t.Errorf("got %v, want %v", err, errRefused)
	}
	wantSaved(t, store, "", "")
	mustSet(t, store, api, prod)
	_ = store.Set(t.Context(), acct, &fakeAPI{fail: func(int) error { return errRefused }}, hook(other))
	wantSaved(t, store, prod, "")
}

func TestSetWithUnknownOutcomeIsUncertain(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	lost := &fakeAPI{after: func(int) error { return errNobody }}
	if err := store.Set(t.Context(), acct, lost, hook(other)); !errors.Is(err, errNobody) {
		t.Errorf("got %v, want %v", err, errNobody)
	}
	wantSaved(t, store, prod, other)
	if s, err := store.State(acct); err != nil || s.Base() != nil {
		t.Errorf("got base %v, %v, want none while uncertain", s.Base(), err)
	}
	mustSet(t, store, api, other)
	wantSaved(t, store, other, "")
}

func TestNewWebhookIsOnDiskBeforeTheCall(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	mustSet(t, store, &fakeAPI{}, prod)
	api := &fakeAPI{before: func(vidiking.Webhook) { wantSaved(t, store, prod, other) }} // as the next process would find it if this one died now
	mustSet(t, store, api, other)
	wantSaved(t, store, other, "")
}

func TestSetIsRefusedWhileAHolderLives(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	mustRegister(t, store, registration(api, "ses_a", mine))
	err := store.Set(t.Context(), acct, api, hook(other))
	var taken *TakenError
	if !errors.As(err, &taken) || taken.Holder.ID != "ses_a" || api.now() != mine {
		t.Errorf("got %v with %s registered, want a TakenError by ses_a", err, api.now())
	}
}

func TestSetReplacesAStaleOverride(t *testing.T) {
	t.Parallel()
	store, api := newStore(t), &fakeAPI{}
	mustSet(t, store, api, prod)
	kill(t, mustRegister(t, store, registration(api, "ses_a", mine)))
	api.before = func(vidiking.Webhook) {
		// A process that starts after this one died now must not restore the old webhook.
		left, err := store.Stale()
		if err != nil || len(left) != 1 || left[0].Base.URL != other {
			t.Errorf("during the call: got %+v, %v, want %s to restore", left, err, other)
		}
	}
	mustSet(t, store, api, other)
	wantClean(t, store)
	wantSaved(t, store, other, "")
}

func TestConcurrentChangesWait(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	inside, ended := make(chan struct{}), make(chan error, 1)
	slow := &fakeAPI{before: func(vidiking.Webhook) { close(inside) }}
	go func() {
		<-inside
		ended <- store.Set(t.Context(), acct, &fakeAPI{}, hook(other))
	}()
	mustSet(t, store, slow, prod)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	wantSaved(t, store, other, "")
}

func TestUnwritableDirectoryPreventsTheCall(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	store, api := newStore(t), &fakeAPI{}
	store.savedPath, store.undoPath = filepath.Join(file, "x.json"), filepath.Join(file, "x.json.undo")
	var wrong *FileError
	if err := store.Set(t.Context(), acct, api, hook(prod)); !errors.As(err, &wrong) {
		t.Errorf("Set: got %v, want a FileError", err)
	}
	if _, err := store.Register(t.Context(), registration(api, "ses_a", mine)); !errors.As(err, &wrong) {
		t.Errorf("Register: got %v, want a FileError", err)
	}
	if api.calls > 0 {
		t.Errorf("got %d calls, want none without a saved state", api.calls)
	}
}
