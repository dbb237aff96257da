package session

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(announceVariable); dir != "" {
		os.Exit(announceUntilKilled(dir))
	}
	os.Exit(testkit.RunAndCheckLeaks(m))
}

// announceVariable turns the test binary into a process that announces a session in that directory and waits.
const announceVariable = "VIDIKING_TEST_ANNOUNCE"

func announceUntilKilled(dir string) int {
	info, err := NewInfo(rand.Reader)
	if err != nil {
		return 1
	}
	s := New(dir, info)
	if err := s.Announce(func(i *Info) { i.URL, i.PID = "http://127.0.0.1:4747/webhooks/vidiking", os.Getpid() }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// as if the process was killed during its next Update
	if err := os.WriteFile(unfinished(s.path), []byte("{"), 0o600); err != nil {
		return 1
	}
	fmt.Println(info.ID)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// unfinished is the name of a temporary file that a killed process left.
func unfinished(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".0a1b2c3d.new")
}

// started is when the test's first session starts; the others follow one second apart.
var started = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// prepare returns a session that is not announced yet.
func prepare(t *testing.T, dir string) *Session {
	t.Helper()
	info, err := NewInfo(rand.Reader)
	if err != nil {
		t.Fatalf("NewInfo: %v", err)
	}
	return New(dir, info)
}

// announce returns an announced session that is closed at the end of the test.
func announce(t *testing.T, dir string, fill func(*Info)) *Session {
	t.Helper()
	s := prepare(t, dir)
	err := s.Announce(func(i *Info) {
		i.URL, i.State, i.StartedAt = "http://127.0.0.1:4747/webhooks/vidiking", StateReady, started
		fill(i)
	})
	if err != nil {
		t.Fatalf("Announce: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func wantLive(t *testing.T, dir string, want ...Info) {
	t.Helper()
	got, err := Live(dir)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Live:\ngot  %+v, %v\nwant %+v", got, err, want)
	}
}

// files lists the sessions directory.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, dirName))
	if err != nil {
		t.Fatalf("list the sessions directory: %v", err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
