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

func TestWhatWasSetIsRemembered(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	wantKnown(t, b, "", "")
	mustSet(t, b, api, prod)
	s, err := b.State(acct)
	if err != nil {
		t.Fatal(err)
	}
	want := &SavedWebhook{Webhook: hook(prod), At: at}
	if diff := cmp.Diff(want, s.Saved, cmp.Comparer(func(a, b webhook.Secret) bool { return a == b })); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	if base := s.Base(); base == nil || base.URL != prod {
		t.Errorf("got base %v, want %s", base, prod)
	}
}

func TestEachKeyAndEachAPIHasItsOwn(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	for _, a := range []Account{{acct.API, webhook.SecretFrom("vk_another")}, {"http://127.0.0.1:1/v1", acct.Key}} {
		if s, err := b.State(a); err != nil || s.Saved != nil {
			t.Errorf("%s, %s: got %+v, %v, want nothing known", a.API, a.Key, s.Saved, err)
		}
		if err := b.Set(t.Context(), a, api, hook(other)); err != nil {
			t.Fatal(err)
		}
	}
	wantKnown(t, b, prod, "")
}

func TestTheFilesAreForTheirOwnerAndShowNoKey(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	mustRegister(t, b, claim(api, "ses_a", mine))
	files, err := filepath.Glob(b.savedPath + "*")
	if err != nil || len(files) < 3 {
		t.Fatalf("got files %v, %v, want memory, undo and locks", files, err)
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
			t.Errorf("%s holds the API key (or: %v):\n%s", file, err, text)
		}
	}
}

func TestASetThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	if err := b.Set(t.Context(), acct, &fakeAPI{fail: func(int) error { return errRefused }}, hook(prod)); !errors.Is(err, errRefused) {
		t.Errorf("got %v, want %v", err, errRefused)
	}
	wantKnown(t, b, "", "")
	mustSet(t, b, api, prod)
	_ = b.Set(t.Context(), acct, &fakeAPI{fail: func(int) error { return errRefused }}, hook(other))
	wantKnown(t, b, prod, "")
}

func TestASetWithoutAnAnswerIsRememberedAsUnsure(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	lost := &fakeAPI{after: func(int) error { return errNobody }}
	if err := b.Set(t.Context(), acct, lost, hook(other)); !errors.Is(err, errNobody) {
		t.Errorf("got %v, want %v", err, errNobody)
	}
	wantKnown(t, b, prod, other)
	if s, err := b.State(acct); err != nil || s.Base() != nil {
		t.Errorf("got base %v, %v, want none: it is one of two", s.Base(), err)
	}
	mustSet(t, b, api, other)
	wantKnown(t, b, other, "")
}

func TestWhatIsToBeIsOnTheDiskBeforeTheCall(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	mustSet(t, b, &fakeAPI{}, prod)
	api := &fakeAPI{before: func(vidiking.Webhook) { wantKnown(t, b, prod, other) }} // as a process would find it that starts when this one died
	mustSet(t, b, api, other)
	wantKnown(t, b, other, "")
}

func TestASetIsRefusedWhileAListenHasTheAccount(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	mustRegister(t, b, claim(api, "ses_a", mine))
	err := b.Set(t.Context(), acct, api, hook(other))
	var taken *TakenError
	if !errors.As(err, &taken) || taken.Holder.ID != "ses_a" || api.now() != mine {
		t.Errorf("got %v with %s registered, want a TakenError by ses_a", err, api.now())
	}
}

func TestASetTakesThePlaceOfWhatADeadListenLeft(t *testing.T) {
	t.Parallel()
	b, api := newBook(t), &fakeAPI{}
	mustSet(t, b, api, prod)
	kill(t, mustRegister(t, b, claim(api, "ses_a", mine)))
	api.before = func(vidiking.Webhook) {
		// Who starts when this process died now must not put back what was there before.
		left, err := b.Stale()
		if err != nil || len(left) != 1 || left[0].Base.URL != other {
			t.Errorf("during the call: got %+v, %v, want that %s would be put back", left, err, other)
		}
	}
	mustSet(t, b, api, other)
	wantClean(t, b)
	wantKnown(t, b, other, "")
}

func TestTwoChangesAtOnceWaitForEachOther(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	inside, ended := make(chan struct{}), make(chan error, 1)
	slow := &fakeAPI{before: func(vidiking.Webhook) { close(inside) }}
	go func() {
		<-inside
		ended <- b.Set(t.Context(), acct, &fakeAPI{}, hook(other))
	}()
	mustSet(t, b, slow, prod)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	wantKnown(t, b, other, "")
}

func TestADirectoryThatCannotBeWrittenStopsTheCall(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b, api := newBook(t), &fakeAPI{}
	b.savedPath, b.undoPath = filepath.Join(file, "x.json"), filepath.Join(file, "x.json.undo")
	var wrong *FileError
	if err := b.Set(t.Context(), acct, api, hook(prod)); !errors.As(err, &wrong) {
		t.Errorf("Set: got %v, want a FileError", err)
	}
	if _, err := b.Register(t.Context(), claim(api, "ses_a", mine)); !errors.As(err, &wrong) {
		t.Errorf("Register: got %v, want a FileError", err)
	}
	if api.calls > 0 {
		t.Errorf("got %d calls, want none: what can't be remembered is not done", api.calls)
	}
}
