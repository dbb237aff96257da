//go:build unix

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// isUntrusted reports whether another user put the file in a directory that everyone can write to, such as /tmp. Otherwise that user could
// redirect the deliveries of everyone who works below it.
func isUntrusted(path string, info fs.FileInfo) bool {
	file, ok := info.Sys().(*syscall.Stat_t)
	if !ok || file.Uid == 0 || int64(file.Uid) == int64(os.Geteuid()) {
		return false
	}
	dir, err := os.Stat(filepath.Dir(path))
	return err != nil || dir.Mode().Perm()&0o002 != 0
}
