package cmdutil

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// FileReason returns why a file could not be used. It returns "" for errors of the delivery log and errors that concern no file.
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

// Path returns the path of a file whose name is relative to the working directory.
func Path(a *App, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.Env.WorkDir, name)
}

// CreateReport creates the file of --junit before anything is sent.
func CreateReport(a *App, name string) (*atomicfile.File, error) {
	file, err := atomicfile.Create(Path(a, name), 0o644) // another program reads it
	if err != nil {
		return nil, Failed(err, "cannot write "+name+": "+output.PathReason(err), "use an existing directory: --junit report.xml")
	}
	return file, nil
}
