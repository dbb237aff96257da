package cli

import (
	"errors"
	"io"
)

// errPipe says that whoever read our output went away, which ends a command quietly.
var errPipe = errors.New("stdout is closed")

// closedPipe marks an error of writing to stdout. A nil error stays nil.
func closedPipe(err error) error {
	if err == nil {
		return nil
	}
	if isBrokenPipe(err) || errors.Is(err, io.ErrClosedPipe) {
		return errPipe
	}
	return failed(err, "can't write to stdout: "+pathReason(err))
}

// isClosedPipe reports whether the error is that whoever read our output went away.
func isClosedPipe(err error) bool {
	return errors.Is(err, errPipe) || errors.Is(err, io.ErrClosedPipe)
}
