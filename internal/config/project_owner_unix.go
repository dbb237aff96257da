//go:build unix

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// isForeign reports whether somebody else has put a file where everyone may write, as in /tmp: who works below would have the program
// forward to where that one listens.
func isForeign(path string, info fs.FileInfo) bool {
	file, ok := info.Sys().(*syscall.Stat_t)
	if !ok || file.Uid == 0 || int64(file.Uid) == int64(os.Geteuid()) {
		return false
	}
	dir, err := os.Stat(filepath.Dir(path))
	return err != nil || dir.Mode().Perm()&0o002 != 0
}
