package output

import (
	"errors"
	"io"
	"io/fs"
	"os/exec"
)

// errPipe indicates that the reader of stdout is gone, which ends a command without a message.
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

// IsClosedPipe reports whether an error means that the reader of stdout is gone.
func IsClosedPipe(err error) bool {
	return errors.Is(err, errPipe) || errors.Is(err, io.ErrClosedPipe)
}

// StartReason returns why a program could not be started, without the operation and the path.
func StartReason(err error) string {
	var lookup *exec.Error
	if errors.As(err, &lookup) {
		return lookup.Err.Error()
	}
	return PathReason(err)
}

// PathReason returns why a file could not be used, without the operation and the path, which the message names already.
func PathReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
