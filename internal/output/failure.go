package output

import (
	"fmt"
	"strings"
)

// The exit codes (docs/exit-codes.md).
const (
	ExitDone        = 0
	ExitFailed      = 1   // the command failed, or an id matches nothing
	ExitUsage       = 2   // wrong arguments or configuration
	ExitHandler     = 3   // a handler did not do what it should
	ExitCredentials = 4   // the API key or the tunnel's token is missing or was refused
	ExitWaited      = 5   // an expected delivery did not arrive in time
	ExitInterrupted = 130 // interrupted twice
)

// Hints that several failures share.
const (
	// MakeRoom needs no free space itself.
	MakeRoom = "remove old deliveries: vidiking webhooks prune --keep 100"
	Offline  = "is this machine online? Through a proxy: HTTPS_PROXY=URL"
)

// Failure is an error that is ready to be shown: it has its own hint and exit code.
type Failure struct {
	Code   int
	What   string   // what failed, in the user's words: lower case, no period
	Detail []string // lines below What, such as an excerpt of a file with a caret
	Hints  []string // what to do; may be empty
	Cause  error    // the underlying error; for errors.Is, not shown

	AsTyped bool // commands in Hints already contain the global flags that the user typed
}

// Usage returns a failure caused by how the program was called.
func Usage(what string, hint ...string) *Failure {
	return &Failure{Code: ExitUsage, What: what, Hints: hint}
}

// Failed returns the failure of a command.
func Failed(cause error, what string, hint ...string) *Failure {
	return &Failure{Code: ExitFailed, What: what, Hints: hint, Cause: cause}
}

func (f *Failure) Error() string { return f.What }
func (f *Failure) Unwrap() error { return f.Cause }

// Advice returns the hints on one line.
func (f *Failure) Advice() string { return strings.Join(f.Hints, " ") }

// ExitCode returns the exit code of a command that ends with the failure.
func (f *Failure) ExitCode() int { return f.Code }

// ErrSilent ends a command with an exit code after the command has printed everything itself.
type ErrSilent struct{ Code int }

func (e ErrSilent) Error() string { return fmt.Sprintf("exit code %d", e.Code) }

// ExitCode returns the exit code.
func (e ErrSilent) ExitCode() int { return e.Code }
