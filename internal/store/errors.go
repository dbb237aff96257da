package store

import (
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Errors that callers distinguish with errors.Is.
var (
	ErrBusy     = sqlite.ErrBusy
	ErrFull     = sqlite.ErrFull
	ErrReadOnly = sqlite.ErrReadOnly
	ErrCorrupt  = sqlite.ErrCorrupt

	ErrNoLog       = errors.New("there is no delivery log")
	ErrNewerSchema = errors.New("the delivery log was written by a newer version of this program")
	ErrDuplicateID = errors.New("the delivery log already has a delivery with that id")
	ErrClosed      = errors.New("the delivery log is closed")
	ErrTakenAway   = errors.New("the delivery log was taken away") // told to OnError: a new one has begun
)

// IsFull reports whether an error of any package comes from a disk without space, or from an exhausted disk quota.
func IsFull(err error) bool { return sqlite.IsFull(err) }

// NotFoundError reports that no delivery has the id.
type NotFoundError struct {
	Typed string
	Near  []webhook.Summary // what may have been meant: three at most, the nearest first

	Elsewhere int // of "last": how many deliveries other projects have
}

// Error names the id.
func (e *NotFoundError) Error() string { return fmt.Sprintf("no delivery %q", e.Typed) }

// AmbiguousError reports that the ids of several deliveries begin with a prefix.
type AmbiguousError struct {
	Typed   string
	Matches []webhook.Summary // the newest five at most, newest first
	Total   int
}

// Error names the prefix and the number of deliveries.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q begins the ids of %d deliveries", e.Typed, e.Total)
}
