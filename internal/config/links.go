package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// followLinks follows the symbolic links of path, and returns the file's real path. A file that a dotfiles manager keeps elsewhere thus
// stays a link. The last link may point to a file that does not exist yet.
func followLinks(path string) (string, error) {
	const maxLinks = 40 // the limit of Linux (man path_resolution)
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", &fs.PathError{Op: "follow", Path: path, Err: errors.New("too many symbolic links")}
}
