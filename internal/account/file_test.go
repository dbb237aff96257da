package account

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnreadableFileErrorQuotesNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "it is damaged", "{": "it is damaged", "{}": "it is damaged", "null": "it is damaged", `{"v":0}`: "it is damaged", `{"v":"hush"}`: "it is damaged",
		`{"v":1,"accounts":"hush","overrides":"hush"}`: "it is damaged", `{"v":2,"accounts":[{"hush":1}]}`: "it was written by a newer version of vidiking",
		`{"v":1} hush`: "it is damaged", `{"v":1,"x":"` + strings.Repeat("hush", maxFileBytes/4) + `"}`: "it is too large",
	} {
		store, api := newStore(t), &fakeAPI{}
		mustSet(t, store, &fakeAPI{}, prod)
		for _, path := range store.Files() {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := store.State(acct)
			var wrong *FileError
			if !errors.As(err, &wrong) || err.Error() != "cannot read "+path+": "+want {
				t.Errorf("%.40q: got %v, want %s and %s", text, err, path, want)
			}
			for _, change := range []func() error{
				func() error { return store.Set(t.Context(), acct, api, hook(other)) },
				func() error { _, err := store.Register(t.Context(), registration(api, "ses_a", mine)); return err },
			} {
				if err := change(); !errors.As(err, &wrong) || api.calls > 0 {
					t.Errorf("%.40q: got %v after %d calls, want a FileError before any call", text, err, api.calls)
				}
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != text {
				t.Errorf("%.40q: the file was changed", text)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"v":1,"overrides":[{"api":"a","key":"…","key_id":"k","base":{"url":"u","events":["e"],"secret":"s"},"holders":[{"id":"../x","pid":1,"since":"2026-03-02T13:02:07Z","webhook":{"url":"u"}}]}]}`))
	f.Add([]byte(`{"v":1,"overrides":[{"holders":[{"webhook":null},{}]},{}],"accounts":[{},{"uncertain":{}},{"webhook":null}]}`))
	f.Add([]byte(`{"v":1,"accounts":[{"api":"a","key_id":"k","webhook":{"url":"u","events":null},"at":"2026-03-02T13:02:07Z"}]}`))
	f.Add([]byte(`{"v":9}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		store := newStore(t)
		mustSet(t, store, &fakeAPI{}, prod) // creates the directory
		for _, path := range store.Files() {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		overrides, err := store.readUndo()
		if err == nil {
			sameAgain(t, store, overrides)
		}
		accounts, err := store.readSaved()
		if err != nil {
			return
		}
		for _, e := range accounts {
			e.saved()
		}
		if err := store.writeSaved(accounts); err != nil {
			t.Fatal(err)
		}
		if _, err := store.readSaved(); err != nil {
			t.Errorf("cannot read a written file: %v", err)
		}
	})
}

// sameAgain checks that the overrides survive writing and reading, and that every account's state is readable.
func sameAgain(t *testing.T, store *Store, overrides []Override) {
	t.Helper()
	for _, o := range overrides {
		o.Active()
		o.previous()
	}
	if err := store.writeUndo(overrides); err != nil {
		t.Fatal(err)
	}
	again, err := store.readUndo()
	if err != nil {
		t.Fatalf("cannot read a written file: %v", err)
	}
	if diff := cmp.Diff(len(overrides), len(again)); diff != "" {
		t.Errorf("after reading again (-want +got):\n%s", diff)
	}
}
