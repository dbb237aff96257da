package cmdutil

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// Failure is an error with everything that is printed about it: message, detail, hints and exit code.
type Failure = output.Failure

// ErrSilent ends a command with an exit code after the command has printed everything itself.
type ErrSilent = output.ErrSilent

// Usage returns a failure caused by how the program was called.
func Usage(what string, hint ...string) *Failure { return output.Usage(what, hint...) }

// Failed returns a failure of an operation that the program was asked to do.
func Failed(cause error, what string, hint ...string) *Failure {
	return output.Failed(cause, what, hint...)
}

// Lines splits a hint into lines. It returns none for an empty hint.
func Lines(hint string) []string {
	if hint == "" {
		return nil
	}
	return strings.Split(hint, "\n")
}
