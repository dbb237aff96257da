package cli

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"
)

// errPipe says that whoever read our output went away, which ends a command quietly.
var errPipe = errors.New("stdout is closed")

// closedPipe marks an error of writing to stdout. A nil error stays nil.
func closedPipe(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		return errPipe
	}
	return failed(err, "can't write to stdout: "+pathReason(err))
}

// pathReason is why a file could not be used, without the call and the path, which the sentence around it names.
func pathReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// path is a file that was named relative to the working directory.
func (a *app) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.w.WorkDir, name)
}
