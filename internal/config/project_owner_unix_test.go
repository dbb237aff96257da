//go:build unix

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// ownedBy is the FileInfo of a file that a user owns.
type ownedBy uint32

func (ownedBy) Name() string       { return ProjectFileName }
func (ownedBy) Size() int64        { return 1 }
func (ownedBy) Mode() fs.FileMode  { return 0o644 }
func (ownedBy) ModTime() time.Time { return time.Time{} }
func (ownedBy) IsDir() bool        { return false }
func (u ownedBy) Sys() any         { return &syscall.Stat_t{Uid: uint32(u)} }

func TestAProjectFileOfAnotherUserInASharedDirectoryIsUntrusted(t *testing.T) {
	t.Parallel()
	own := ownedBy(os.Geteuid())
	for name, test := range map[string]struct {
		mode  fs.FileMode
		owner ownedBy
		want  bool
	}{
		"another user's, as in /tmp":    {0o777 | fs.ModeSticky, own + 1000, true},
		"my own, as in /tmp":            {0o777 | fs.ModeSticky, own, false},
		"root's, as in /tmp":            {0o777 | fs.ModeSticky, 0, false},
		"another user's, in a checkout": {0o755, own + 1000, false},
	} {
		dir := filepath.Join(t.TempDir(), "d")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, test.mode); err != nil {
			t.Fatal(err)
		}
		if got := isUntrusted(filepath.Join(dir, ProjectFileName), test.owner); got != test.want {
			t.Errorf("%s: isUntrusted is %v, want %v", name, got, test.want)
		}
	}
	if gone := filepath.Join(t.TempDir(), "gone", ProjectFileName); !isUntrusted(gone, own+1000) {
		t.Error("in an unreadable directory: isUntrusted is false, want true")
	}
}
