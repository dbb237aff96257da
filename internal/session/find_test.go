package session

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestLiveWithoutADataDirectory(t *testing.T) {
	wantLive(t, filepath.Join(t.TempDir(), "none"))
	file := filepath.Join(t.TempDir(), "file")
	put(t, filepath.Join(file, dirName), "")
	if got, err := Live(file); err == nil || !strings.HasPrefix(err.Error(), "list sessions: ") {
		t.Errorf("where sessions is a file: got %v, %v; want an error", got, err)
	}
}

func TestFilesOfAKilledProcessAreRemoved(t *testing.T) {
	dir := t.TempDir()
	other := announce(t, dir, func(*Info) {})
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), announceVariable+"="+dir)
	stdin, err := child.StdinPipe() // the process waits until this is closed
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatalf("start a process: %v", err)
	}
	id, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("wait for the process to announce itself: %v", err)
	}
	id = strings.TrimSpace(id)
	live, err := Live(dir)
	if err != nil || len(live) != 2 || !slices.ContainsFunc(live, func(i Info) bool { return i.ID == id && i.PID == child.Process.Pid }) {
		t.Errorf("while %s is alive: got %+v, %v; want it as one of two", id, live, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatalf("kill: %v", err)
	}
	_ = child.Wait() // "signal: killed"
	if left := files(t, dir); len(left) != 5 {
		t.Errorf("the killed process left %q, want its three files and the two of the other", left)
	}
	wantLive(t, dir, other.Info())
	if left := files(t, dir); len(left) != 2 || slices.ContainsFunc(left, func(name string) bool { return strings.HasPrefix(name, id) }) {
		t.Errorf("after Live, %q remain, want the two of %s", left, other.Info().ID)
	}
}

// dead creates the files of a session whose process has ended.
func dead(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, dirName, name+".json")
	put(t, path, text)
	put(t, lockPath(path), "")
}

const liveText = `{"v":1,"id":"ses_a","url":"http://127.0.0.1:4747/"}`

func TestConcurrentLiveCallsSeeADeadSession(t *testing.T) {
	for range 50 {
		dir := t.TempDir()
		dead(t, dir, "ses_a", liveText)
		begin := make(chan struct{})
		var both sync.WaitGroup
		for range 8 {
			both.Go(func() {
				<-begin
				wantLive(t, dir)
			})
		}
		close(begin)
		both.Wait()
		if left := files(t, dir); len(left) != 0 {
			t.Fatalf("%q remain, want none", left)
		}
	}
}

func TestLiveDoesNotHarmAStartingOrEndingSession(t *testing.T) {
	dir := t.TempDir()
	done := make(chan struct{})
	var looking sync.WaitGroup
	for range 2 {
		looking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if live, err := Live(dir); err != nil || len(live) > 1 {
					t.Errorf("got %+v, %v; want at most one", live, err)
				}
			}
		})
	}
	for range 200 {
		s := prepare(t, dir)
		if err := s.Announce(func(i *Info) { i.URL = "http://127.0.0.1:4747/" }); err != nil {
			t.Errorf("Announce: %v", err)
		}
		if live, err := Live(dir); err != nil || len(live) != 1 || live[0] != s.Info() {
			t.Errorf("got %+v, %v; want %+v", live, err, s.Info())
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	close(done)
	looking.Wait()
}

func TestUnknownFilesAreNotSessions(t *testing.T) {
	tests := []struct {
		name, text string
		kept       bool // files of another version must stay
	}{
		{"a later version", `{"v":2,"id":"ses_a","url":"http://127.0.0.1:4747/"}`, true},
		{"no version", `{"url":"http://127.0.0.1:4747/"}`, true},
		{"no URL", `{"v":1,"id":"ses_a"}`, false},
		{"empty, as after a power failure", "", false},
		{"half", `{"v":1,"id":`, false},
		{"another kind", `[]`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			dead(t, dir, "ses_a", test.text)
			other := announce(t, dir, func(*Info) {})
			if err := os.WriteFile(other.path, []byte(test.text), 0o600); err != nil { // the same for a live process
				t.Fatal(err)
			}
			wantLive(t, dir)
			if left := files(t, dir); slices.Contains(left, "ses_a.json") != test.kept {
				t.Errorf("%s, of a dead process: %q remain, want it kept %t", test.text, left, test.kept)
			}
			if _, err := os.Stat(other.path); err != nil {
				t.Errorf("%s, of a live process: %v, want it kept", test.text, err)
			}
		})
	}
}

func TestSessionWithoutALockIsDead(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, dirName, "ses_a.json"), liveText)
	put(t, filepath.Join(dir, dirName, "README"), "not ours")
	wantLive(t, dir)
	if left := files(t, dir); !slices.Equal(left, []string{"README"}) {
		t.Errorf("%q remain, want only README", left)
	}
}

func TestSessionsWithEqualTimesAreSortedByID(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for range 5 {
		want = append(want, announce(t, dir, func(*Info) {}).Info().ID)
	}
	slices.Sort(want)
	slices.Reverse(want)
	live, err := Live(dir)
	var got []string
	for _, info := range live {
		got = append(got, info.ID)
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestUnreadableSessionIsNotDead(t *testing.T) {
	dir := t.TempDir()
	announce(t, dir, func(*Info) {})
	for fault, want := range map[error]error{syscall.EMFILE: syscall.EMFILE, os.ErrPermission: nil, os.ErrNotExist: nil} {
		got, err := live(dir, func(path string) ([]byte, error) { return nil, &os.PathError{Op: "open", Path: path, Err: fault} })
		if !errors.Is(err, want) || len(got) != 0 {
			t.Errorf("%v: got %v, %v; want %v", fault, got, err, want)
		}
	}
}

func FuzzSessionFile(f *testing.F) {
	for _, text := range []string{liveText, "", "{", "[]", `{"v":1,"url":7}`, `{"v":2}`, `{"v":1,"url":"\u0000","started_at":"x"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		s := announce(t, dir, func(*Info) {})
		if err := os.WriteFile(s.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		live, err := Live(dir)
		if err != nil || len(live) > 1 || len(live) == 1 && (live[0].V != version || live[0].URL == "") {
			t.Errorf("of %q: got %+v, %v", text, live, err)
		}
	})
}
