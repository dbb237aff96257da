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

func TestASessionIsFoundFromItsAnnouncementToItsEnd(t *testing.T) {
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
		t.Errorf("Info() = %+v, want what Announce and Update have set", got)
	}
	lock := s.lock
	for range 2 { // a second time does no harm
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if left := files(t, dir); len(left) != 0 || lock.Locked() {
			t.Errorf("Close left %q and the lock held %t, want nothing", left, lock.Locked())
		}
	}
	wantLive(t, dir)
}

func TestOnlyAnAnnouncedSessionWritesItsFile(t *testing.T) {
	dir := t.TempDir()
	s := prepare(t, dir)
	forward := func(to string) func(*Info) { return func(i *Info) { i.Forward = to } }
	if err := s.Update(forward("a")); err != nil || s.Info().Forward != "a" {
		t.Errorf("before it is announced: got %v and %q, want a", err, s.Info().Forward)
	}
	wantLive(t, dir)
	if err := s.Announce(func(i *Info) { i.URL = "http://127.0.0.1:4747/" }); err != nil {
		t.Fatalf("Announce: %v", err)
	}
	wantLive(t, dir, s.Info())
	var all sync.WaitGroup
	all.Go(func() { // a change of the secret, while listen ends
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
		t.Errorf("%q are left and it tells %q, want nothing and b", left, s.Info().Forward)
	}
}

func TestASessionThatWasNeverAnnouncedClosesWithoutATrace(t *testing.T) {
	dir := t.TempDir()
	if err := prepare(t, dir).Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, dirName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory of the sessions: %v, want none", err)
	}
}

func TestTheFilesOfASessionAreItsUsersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no such modes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := announce(t, dir, func(*Info) {})
	put(t, unfinished(s.path), "") // what a reader may meet while the file is written
	for path, want := range map[string]os.FileMode{
		dir: 0o700 | os.ModeDir, filepath.Dir(s.path): 0o700 | os.ModeDir, s.path: 0o600, lockPath(s.path): 0o600,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestTheFileHasNoMoreThanWhatASessionTells(t *testing.T) {
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

func TestTwoSessionsDifferInIDAndToken(t *testing.T) {
	dir := t.TempDir()
	first := announce(t, dir, func(i *Info) { i.Dir = "/a" })
	second := announce(t, dir, func(i *Info) { i.Dir, i.StartedAt = "/b", started.Add(time.Second) })
	wantLive(t, dir, second.Info(), first.Info())
	a, b := first.Info(), second.Info()
	if a.ID == b.ID || a.Token == b.Token || !strings.HasPrefix(a.ID, "ses_") || len(a.Token) != 43 { // 32 bytes in base 64
		t.Errorf("ids %q and %q, tokens %q and %q; want them long and different", a.ID, b.ID, a.Token, b.Token)
	}
	if err := first.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantLive(t, dir, second.Info())
}

func TestASessionsNameIsTakenAsLongAsItLives(t *testing.T) {
	dir := t.TempDir()
	first := announce(t, dir, func(*Info) {})
	again := New(dir, first.Info())
	err := again.Announce(func(i *Info) { i.URL = "http://127.0.0.1:1/" })
	if !errors.Is(err, errTaken) {
		t.Errorf("announced under the same id: got %v, want %v", err, errTaken)
	}
	if err := again.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantLive(t, dir, first.Info())
}

func TestASessionWhoseFilesWereTakenAwayIsAnnouncedAnew(t *testing.T) {
	dir := t.TempDir()
	s := announce(t, dir, func(i *Info) { i.URL = "http://127.0.0.1:4747/" })
	before := s.lock
	if err := s.Reannounce(); err != nil || s.lock != before {
		t.Errorf("while they are there: got %v, want that nothing is done", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, dirName)); err != nil {
		t.Fatal(err)
	}
	wantLive(t, dir)
	if err := s.Reannounce(); err != nil {
		t.Errorf("Renew: %v", err)
	}
	wantLive(t, dir, s.Info())
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("Close left %q", left)
	}
	if err := s.Reannounce(); err != nil {
		t.Errorf("Renew: %v", err)
	}
	wantLive(t, dir) // a closed one stays closed
}

func TestNewInfoFailsOnlyWithItsSource(t *testing.T) {
	broken := errors.New("no randomness")
	if _, err := NewInfo(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("NewInfo = %v, want %v", err, broken)
	}
}

func TestWhatCannotBeAnnouncedSaysSoWithoutTheToken(t *testing.T) {
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
				t.Errorf("got %v, want neither the token %s nor a process that is not there", err, s.Info().Token)
			}
			_ = s.Close()
			if test.name == "the file" {
				if left := files(t, dir); !slices.Equal(left, []string{filepath.Base(s.path)}) {
					t.Errorf("%q are left, want only what was in the way", left)
				}
			}
		})
	}
}

func TestALockedSessionIsAliveBeforeItIsAnnounced(t *testing.T) {
	dir := t.TempDir()
	s := prepare(t, dir)
	id := s.Info().ID
	if IsAlive(dir, id) {
		t.Error("a session that has not begun is alive")
	}
	if err := s.Lock(); err != nil {
		t.Fatalf("Lock: %v", err)
	}
	if err := s.Update(func(i *Info) { i.URL = "http://127.0.0.1:4747/" }); err != nil {
		t.Fatalf("Update: %v", err)
	}
	if err := s.Reannounce(); err != nil {
		t.Fatalf("Renew: %v", err)
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
		t.Errorf("Close left %q and a session that is alive: %t", left, IsAlive(dir, id))
	}
}

// A recording that is imported says which session received a delivery, and may say anything.
func TestAnIDThatNoSessionHasTouchesNoFile(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious.json")
	put(t, precious, "{}")
	for _, id := range []string{"", "precious", "../precious", "ses_/../../precious"} {
		if IsAlive(dir, id) {
			t.Errorf("the session %q is alive", id)
		}
	}
	if !exists(precious) {
		t.Error("a file outside the directory of the sessions was removed")
	}
}
