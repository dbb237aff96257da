package cmdutil

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// PathReason returns why a file could not be used, without the operation and the path.
func PathReason(err error) string { return output.PathReason(err) }

// StartReason returns why a program could not be started, without the operation and the path.
func StartReason(err error) string { return output.StartReason(err) }

// FileReason is why a file could not be used; "" where the error is of the delivery log, or of nothing on a disk.
func FileReason(a *App, err error) string {
	var file *fs.PathError
	var link *os.LinkError
	switch {
	case err == nil || explainStore(a, err) != nil:
	case errors.As(err, &file):
		return file.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return ""
}

// Path is a file that was named relative to the working directory.
func Path(a *App, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.W.WorkDir, name)
}
