package cmdutil

import (
	"errors"
	"io"
)

// errPipe says that whoever read our output went away, which ends a command quietly.
var errPipe = errors.New("stdout is closed")

// ClosedPipe marks an error of writing to stdout. A nil error stays nil.
func ClosedPipe(err error) error {
	if err == nil {
		return nil
	}
	if isBrokenPipe(err) || errors.Is(err, io.ErrClosedPipe) {
		return errPipe
	}
	return Failed(err, "can't write to stdout: "+PathReason(err))
}

// IsClosedPipe reports whether the error is that whoever read our output went away.
func IsClosedPipe(err error) bool {
	return errors.Is(err, errPipe) || errors.Is(err, io.ErrClosedPipe)
}
