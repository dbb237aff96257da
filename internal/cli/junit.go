package cli

import (
	"bufio"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// createReport creates the file of --junit, before anything is sent.
func (a *app) createReport(name string) (*atomicfile.File, error) {
	file, err := atomicfile.Create(a.path(name), 0o644) // another program reads it
	if err != nil {
		return nil, failed(err, "can't write "+name+": "+pathReason(err), "name a file in a directory that is there: --junit report.xml")
	}
	return file, nil
}

// writeJUnit writes a report and commits its file.
func writeJUnit(f *atomicfile.File, suite output.TestSuite) error {
	buffered := bufio.NewWriter(f)
	err := output.JUnit(buffered, suite)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Commit()
	}
	if err != nil {
		return failed(err, "can't write "+f.Path()+": "+pathReason(err))
	}
	return nil
}
