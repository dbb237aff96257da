package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// followLinks is where path leads to through symbolic links, so that a file which a dotfiles manager keeps elsewhere stays a link.
// The last one may lead to a file that is not there yet.
func followLinks(path string) (string, error) {
	const most = 40 // as Linux follows (man path_resolution)
	for range most {
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
