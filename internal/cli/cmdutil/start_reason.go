package cmdutil

import (
	"errors"
	"os/exec"
)

// StartReason is why a program could not be started, without the call and the path.
func StartReason(err error) string {
	var lookup *exec.Error
	if errors.As(err, &lookup) {
		return lookup.Err.Error()
	}
	return PathReason(err)
}
