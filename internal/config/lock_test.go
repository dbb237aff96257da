package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestALockExcludesOthersAndLeavesNoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	unlock, err := lock(path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path, 20*time.Millisecond); !errors.Is(err, ErrBusy) {
		t.Errorf("a second lock: got %v, want ErrBusy", err)
	}
	unlock()
	again, err := lock(path, time.Second)
	if err != nil {
		t.Fatalf("a lock after the first was released: %v", err)
	}
	again()
	if entries, err := os.ReadDir(filepath.Dir(path)); runtime.GOOS != "windows" && (err != nil || len(entries) != 0) {
		t.Errorf("got the files %v, %v; want none", entries, err)
	}
}

func TestALockInAMissingDirectoryIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := lock(filepath.Join(t.TempDir(), "absent", "config.toml"), time.Second); err == nil || errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}
