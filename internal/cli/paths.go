package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// pathReason is why a file could not be used, without the call and the path, which the sentence around it names.
func pathReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// fileReason is why a file could not be used; "" where the error is of the delivery log, or of nothing on a disk.
func (a *app) fileReason(err error) string {
	var file *fs.PathError
	var link *os.LinkError
	switch {
	case err == nil || a.explainStore(err) != nil:
	case errors.As(err, &file):
		return file.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return ""
}

// path is a file that was named relative to the working directory.
func (a *app) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.w.WorkDir, name)
}
