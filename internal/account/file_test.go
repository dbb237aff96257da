package account

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFileThatCannotBeReadIsAnErrorWithoutItsContent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": " is damaged", "{": " is damaged", "{}": " is damaged", "null": " is damaged", `{"v":0}`: " is damaged", `{"v":"hush"}`: " is damaged",
		`{"v":1,"accounts":"hush","overrides":"hush"}`: " is damaged", `{"v":2,"accounts":[{"hush":1}]}`: " was written by a newer vidiking",
		`{"v":1} hush`: " is damaged", `{"v":1,"x":"` + strings.Repeat("hush", maxFileBytes/4) + `"}`: " can't be read: it is too large",
	} {
		b, api := newBook(t), &fakeAPI{}
		mustSet(t, b, &fakeAPI{}, prod)
		for _, path := range b.Files() {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := b.State(acct)
			var wrong *FileError
			if !errors.As(err, &wrong) || err.Error() != path+want {
				t.Errorf("%.40q: got %v, want %s%s", text, err, path, want)
			}
			for _, change := range []func() error{
				func() error { return b.Set(t.Context(), acct, api, hook(other)) },
				func() error { _, err := b.Register(t.Context(), claim(api, "ses_a", mine)); return err },
			} {
				if err := change(); !errors.As(err, &wrong) || api.calls > 0 {
					t.Errorf("%.40q: got %v after %d calls, want a FileError before any", text, err, api.calls)
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
	f.Add([]byte(`{"v":1,"overrides":[{"holders":[{"webhook":null},{}]},{}],"accounts":[{},{"unsure":{}},{"webhook":null}]}`))
	f.Add([]byte(`{"v":1,"accounts":[{"api":"a","key_id":"k","webhook":{"url":"u","events":null},"at":"2026-03-02T13:02:07Z"}]}`))
	f.Add([]byte(`{"v":9}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b := newBook(t)
		mustSet(t, b, &fakeAPI{}, prod) // makes the directory
		for _, path := range b.Files() {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		overrides, err := b.readUndo()
		if err == nil {
			sameAgain(t, b, overrides)
		}
		accounts, err := b.readSaved()
		if err != nil {
			return
		}
		for _, e := range accounts {
			e.saved()
		}
		if err := b.writeSaved(accounts); err != nil {
			t.Fatal(err)
		}
		if _, err := b.readSaved(); err != nil {
			t.Errorf("what was written can't be read: %v", err)
		}
	})
}

// sameAgain checks that what was read, written and read again is the same, and that everything in it can be looked at.
func sameAgain(t *testing.T, b *Store, overrides []Override) {
	t.Helper()
	for _, o := range overrides {
		o.Active()
		o.previous()
	}
	if err := b.writeUndo(overrides); err != nil {
		t.Fatal(err)
	}
	again, err := b.readUndo()
	if err != nil {
		t.Fatalf("what was written can't be read: %v", err)
	}
	if diff := cmp.Diff(len(overrides), len(again)); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}
