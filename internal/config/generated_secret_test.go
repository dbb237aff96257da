package config

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestEnsureSecretGeneratesASecretOnlyOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state", "vidiking")
	if _, ok, err := GeneratedSecret(dir); ok || err != nil {
		t.Fatalf("GeneratedSecret before: got %v, %v; want none", ok, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("GeneratedSecret created the directory: %v", err)
	}
	first, isNew, err := EnsureSecret(dir, rand.Reader)
	if err != nil || !isNew || !strings.HasPrefix(first.Reveal(), "whsec_") {
		t.Fatalf("EnsureSecret: got %v, %v, %v; want a new one", first, isNew, err)
	}
	second, isNew, err := EnsureSecret(dir, rand.Reader)
	if err != nil || isNew || second != first {
		t.Errorf("second EnsureSecret: got %v, %v, %v; want the same secret, not a new one", second, isNew, err)
	}
	read, ok, err := GeneratedSecret(dir)
	if err != nil || !ok || read != first {
		t.Errorf("GeneratedSecret: got %v, %v, %v; want the same secret", read, ok, err)
	}
	for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, "webhook-secret"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("got the files %v, %v; want only the secret", entries, err)
	}
}

func TestGeneratedSecretIgnoresOneLineEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"whsec_abc", "whsec_abc"},
		{"whsec_abc\n", "whsec_abc"},
		{"whsec_abc\r\n", "whsec_abc"},
		{"whsec_abc\n\n", ""},
		{"whsec_abc \n", ""},
		{" whsec_abc", ""},
		{"whsec_abc\r", ""},
		{"", ""},
		{"\n", ""},
		{"whsec_", ""},
		{"whs", ""},
		{"\x00\x00\x00\x00", ""},
		{"whsec_a\xff", ""},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, secretFile), []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, ok, err := GeneratedSecret(dir)
		if test.want != "" {
			if err != nil || !ok || s.Reveal() != test.want {
				t.Errorf("%q: got %q, %v, %v; want %q", test.text, s.Reveal(), ok, err, test.want)
			}
			continue
		}
		var damaged *Error
		if !errors.As(err, &damaged) || ok || damaged.Hint == "" || !strings.Contains(damaged.Msg, dir) {
			t.Errorf("%q: got %q, %v, %v; want an error that names the file and has a hint", test.text, s.Reveal(), ok, err)
		}
		if _, isNew, err := EnsureSecret(dir, rand.Reader); isNew || err == nil {
			t.Errorf("EnsureSecret with the file %q: got %v, %v; want the error and no new secret", test.text, isNew, err)
		}
	}
}

func TestEnsureSecretWorksWithoutLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	noLinks := func(from, to string) error {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: errors.ErrUnsupported}
	}
	var wg sync.WaitGroup
	var secrets [16]webhook.Secret
	var isNew [16]bool
	for i := range secrets {
		wg.Go(func() {
			var err error
			if secrets[i], isNew[i], err = ensureSecret(dir, rand.Reader, noLinks); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	makers := 0
	for i, s := range secrets {
		if s != secrets[0] || !s.IsSet() {
			t.Errorf("secret %d is %v and secret 0 is %v, want the same", i, s, secrets[0])
		}
		if isNew[i] {
			makers++
		}
	}
	if makers != 1 {
		t.Errorf("%d calls report a new secret, want 1", makers)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("got the files %v, %v; want only the secret", entries, err)
	}
}

func TestEnsureSecretReturnsTheSecretOfAFasterProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	slow := func(from, to string) error {
		if _, _, err := EnsureSecret(dir, rand.Reader); err != nil { // what another process does at the same moment
			return err
		}
		return os.Link(from, to)
	}
	s, isNew, err := ensureSecret(dir, rand.Reader, slow)
	if err != nil || isNew {
		t.Fatalf("ensureSecret: got %v, %v, %v; want the secret of the other process", s, isNew, err)
	}
	if other, _, err := GeneratedSecret(dir); err != nil || s != other {
		t.Errorf("got %v, want %v, %v", s, other, err)
	}
}

func TestEnsureSecretNeverReplacesAnUnreadableSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, secretFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := GeneratedSecret(dir); ok || err == nil {
		t.Errorf("GeneratedSecret: got %v, %v; want an error", ok, err)
	}
	if _, isNew, err := EnsureSecret(dir, rand.Reader); isNew || err == nil {
		t.Errorf("EnsureSecret: got %v, %v; want an error", isNew, err)
	}
}

func TestEnsureSecretCreatesNothingWithoutRandomness(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, isNew, err := EnsureSecret(dir, iotest.ErrReader(errors.New("dry"))); isNew || err == nil {
		t.Errorf("EnsureSecret: got %v, %v; want an error", isNew, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("got the files %v, %v; want none", entries, err)
	}
}
