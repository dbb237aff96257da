package store

import (
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Errors that callers distinguish with errors.Is.
var (
	ErrBusy     = sqlite.ErrBusy
	ErrFull     = sqlite.ErrFull
	ErrReadOnly = sqlite.ErrReadOnly
	ErrCorrupt  = sqlite.ErrCorrupt

	ErrNoLog       = database.ErrNoLog
	ErrNewerSchema = database.ErrNewerSchema
	ErrDuplicateID = errors.New("the delivery log already has a delivery with that id")
	ErrClosed      = errors.New("the delivery log is closed")

	// ErrReported is added to an error of Record that another caller or OnError has got: the disk is still full.
	ErrReported = errors.New("reported before")

	// ErrReplaced is passed to OnError: the log's file was moved or deleted, and the writer has opened a new one.
	ErrReplaced = errors.New("the delivery log was moved or deleted")
)

// IsFull reports whether an error of any package comes from a disk without space, or from an exhausted disk quota.
func IsFull(err error) bool { return sqlite.IsFull(err) }

// NotFoundError reports that no delivery has the id.
type NotFoundError struct {
	Typed     string
	Closest   []webhook.Summary // up to three deliveries with a similar id, closest first
	Elsewhere int               // for "last": the number of deliveries in other projects
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

// AttemptError reports attempts that could not be written.
type AttemptError struct {
	ID       webhook.ID
	Attempts []webhook.Attempt
	Err      error
}

// Error names the delivery and the reason.
func (e *AttemptError) Error() string { return fmt.Sprintf("write an attempt at %s: %v", e.ID, e.Err) }

// Unwrap returns the reason.
func (e *AttemptError) Unwrap() error { return e.Err }
