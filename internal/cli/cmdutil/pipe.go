package cmdutil

import "github.com/vidiking/vidiking-cli/internal/output"

// ClosedPipe marks an error of writing to stdout. A nil error stays nil.
func ClosedPipe(err error) error { return output.ClosedPipe(err) }

// IsClosedPipe reports whether an error means that the reader of stdout is gone.
func IsClosedPipe(err error) bool { return output.IsClosedPipe(err) }
