package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestSessionIsFoundUntilItIsClosed(t *testing.T) {
	dir := t.TempDir()
	wantLive(t, dir)
	s := prepare(t, dir)
	wantLive(t, dir)
	if err := s.Announce(func(i *Info) { i.URL, i.StartedAt, i.State = "http://127.0.0.1:4747/a", started, StateReady }); err != nil {
		t.Fatalf("Announce: %v", err)
	}
	wantLive(t, dir, s.Info())
	if err := s.Update(func(i *Info) { i.PublicURL = "https://k3v9.ngrok.app/a" }); err != nil {
		t.Fatalf("Update: %v", err)
	}
	wantLive(t, dir, s.Info())
	if got := s.Info(); got.PublicURL != "https://k3v9.ngrok.app/a" || got.URL != "http://127.0.0.1:4747/a" || got.State != StateReady {
		t.Errorf("Info() = %+v, want the values of Announce and Update", got)
	}
	lock := s.lock
	for range 2 { // closing twice does no harm
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if left := files(t, dir); len(left) != 0 || lock.Locked() {
			t.Errorf("Close left %q and the lock held %t, want nothing", left, lock.Locked())
		}
	}
	wantLive(t, dir)
}

func TestOnlyAnnouncedSessionsWriteAFile(t *testing.T) {
	dir := t.TempDir()
	s := prepare(t, dir)
	forward := func(to string) func(*Info) { return func(i *Info) { i.Forward = to } }
	if err := s.Update(forward("a")); err != nil || s.Info().Forward != "a" {
		t.Errorf("before Announce: got %v and %q, want a", err, s.Info().Forward)
	}
	wantLive(t, dir)
	if err := s.Announce(func(i *Info) { i.URL = "http://127.0.0.1:4747/" }); err != nil {
		t.Fatalf("Announce: %v", err)
	}
	wantLive(t, dir, s.Info())
	var all sync.WaitGroup
	all.Go(func() { // such as a new secret while listen is stopping
		if err := s.Update(forward("b")); err != nil {
			t.Errorf("Update: %v", err)
		}
	})
	all.Go(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	all.Wait()
	if left := files(t, dir); len(left) != 0 || s.Info().Forward != "b" {
		t.Errorf("%q remain and Info has %q, want none and b", left, s.Info().Forward)
	}
}

func TestClosingAnUnannouncedSessionLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	if err := prepare(t, dir).Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, dirName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("sessions directory: %v, want none", err)
	}
}

func TestSessionFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := announce(t, dir, func(*Info) {})
	put(t, unfinished(s.path), "") // readers may see this during a write
	for path, want := range map[string]os.FileMode{
		dir: 0o700 | os.ModeDir, filepath.Dir(s.path): 0o700 | os.ModeDir, s.path: 0o600, lockPath(s.path): 0o600,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestSessionFileFields(t *testing.T) {
	s := announce(t, t.TempDir(), func(i *Info) {
		i.PID, i.Dir, i.PublicURL, i.Forward = 7, "/home/a", "https://a.example/", "http://localhost:3000/"
		i.TimeoutMS, i.Secret = 10_000, webhook.SecretFrom("whsec_kept1between2us3K4q7T").String()
	})
	data, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("the file %s: %v", data, err)
	}
	want := []string{"dir", "forward", "id", "pid", "public_url", "secret", "started_at", "state", "timeout_ms", "token", "url", "v"}
	for name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("the file has %q, want only %q", name, want)
		}
	}
	if got["secret"] != "whsec_…4q7T" {
		t.Errorf("the file has the secret %q, want its mask", got["secret"])
	}
	if len(got) != len(want) || !bytes.HasSuffix(data, []byte("}\n")) {
		t.Errorf("the file is %s, want %q", data, want)
	}
}

func TestSessionIDsAndTokensDiffer(t *testing.T) {
	dir := t.TempDir()
	first := announce(t, dir, func(i *Info) { i.Dir = "/a" })
	second := announce(t, dir, func(i *Info) { i.Dir, i.StartedAt = "/b", started.Add(time.Second) })
	wantLive(t, dir, second.Info(), first.Info())
	a, b := first.Info(), second.Info()
	if a.ID == b.ID || a.Token == b.Token || !strings.HasPrefix(a.ID, "ses_") || len(a.Token) != 43 { // 32 bytes in base64
		t.Errorf("ids %q and %q, tokens %q and %q; want long and different ones", a.ID, b.ID, a.Token, b.Token)
	}
	if err := first.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantLive(t, dir, second.Info())
}

func TestIDOfALiveSessionCannotBeReused(t *testing.T) {
	dir := t.TempDir()
	first := announce(t, dir, func(*Info) {})
	again := New(dir, first.Info())
	err := again.Announce(func(i *Info) { i.URL = "http://127.0.0.1:1/" })
	if !errors.Is(err, errTaken) {
		t.Errorf("announcing with the same id: got %v, want %v", err, errTaken)
	}
	if err := again.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantLive(t, dir, first.Info())
}

func TestReannounceRestoresDeletedFiles(t *testing.T) {
	dir := t.TempDir()
	s := announce(t, dir, func(i *Info) { i.URL = "http://127.0.0.1:4747/" })
	before := s.lock
	if err := s.Reannounce(); err != nil || s.lock != before {
		t.Errorf("while the files exist: got %v, want no change", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, dirName)); err != nil {
		t.Fatal(err)
	}
	wantLive(t, dir)
	if err := s.Reannounce(); err != nil {
		t.Errorf("Reannounce: %v", err)
	}
	wantLive(t, dir, s.Info())
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("Close left %q", left)
	}
	if err := s.Reannounce(); err != nil {
		t.Errorf("Reannounce: %v", err)
	}
	wantLive(t, dir) // stays closed
}

func TestNewInfoRandomError(t *testing.T) {
	broken := errors.New("no randomness")
	if _, err := NewInfo(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("NewInfo = %v, want %v", err, broken)
	}
}

func TestAnnounceErrorHasNoToken(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, s *Session)
		want  string
	}{
		{"the directory", func(t *testing.T, s *Session) { put(t, filepath.Dir(s.path), "a file") }, "announce the session: "},
		{"the lock", func(t *testing.T, s *Session) { put(t, filepath.Join(lockPath(s.path), "x"), "") }, "lock the session file "},
		{"the file", func(t *testing.T, s *Session) { put(t, filepath.Join(s.path, "x"), "") }, "write the session file: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			s := prepare(t, dir)
			test.spoil(t, s)
			err := s.Announce(func(i *Info) { i.URL = "http://127.0.0.1:4747/" })
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("got %v, want %s…", err, test.want)
			}
			if strings.Contains(err.Error(), s.Info().Token) || strings.Contains(err.Error(), "another process") {
				t.Errorf("got %v, want neither the token %s nor a live session", err, s.Info().Token)
			}
			_ = s.Close()
			if test.name == "the file" {
				if left := files(t, dir); !slices.Equal(left, []string{filepath.Base(s.path)}) {
					t.Errorf("%q remain, want only the obstacle", left)
				}
			}
		})
	}
}

func TestLockedSessionIsAliveBeforeAnnounce(t *testing.T) {
	dir := t.TempDir()
	s := prepare(t, dir)
	id := s.Info().ID
	if IsAlive(dir, id) {
		t.Error("a session that has not started is alive")
	}
	if err := s.Lock(); err != nil {
		t.Fatalf("Lock: %v", err)
	}
	if err := s.Update(func(i *Info) { i.URL = "http://127.0.0.1:4747/" }); err != nil {
		t.Fatalf("Update: %v", err)
	}
	if err := s.Reannounce(); err != nil {
		t.Fatalf("Reannounce: %v", err)
	}
	wantLive(t, dir)
	if !IsAlive(dir, id) {
		t.Error("a locked session is not alive")
	}
	if err := s.Announce(func(*Info) {}); err != nil {
		t.Fatalf("Announce: %v", err)
	}
	wantLive(t, dir, s.Info())
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if left := files(t, dir); len(left) != 0 || IsAlive(dir, id) {
		t.Errorf("Close left %q and the session alive: %t", left, IsAlive(dir, id))
	}
}

// An imported recording names the session that received a delivery, and the name may be anything.
func TestInvalidIDTouchesNoFile(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious.json")
	put(t, precious, "{}")
	for _, id := range []string{"", "precious", "../precious", "ses_/../../precious"} {
		if IsAlive(dir, id) {
			t.Errorf("the session %q is alive", id)
		}
	}
	if !exists(precious) {
		t.Error("a file outside the sessions directory was removed")
	}
}
