package cmdutil

import (
	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// CreateReport creates the file of --junit, before anything is sent.
func CreateReport(a *App, name string) (*atomicfile.File, error) {
	file, err := atomicfile.Create(Path(a, name), 0o644) // another program reads it
	if err != nil {
		return nil, Failed(err, "can't write "+name+": "+PathReason(err), "name a file in a directory that is there: --junit report.xml")
	}
	return file, nil
}

// WriteJUnit writes a report and commits its file.
func WriteJUnit(f *atomicfile.File, suite output.TestSuite) error { return output.WriteJUnit(f, suite) }
