package cli

import (
	"bufio"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// createReport begins the file of --junit.
func (a *app) createReport(name string) (*wholeFile, error) {
	file, err := a.createWhole(name)
	if err != nil {
		return nil, failed(err, "can't write "+name+": "+pathReason(err), "name a file in a directory that is there: --junit report.xml")
	}
	return file, nil
}

// junit writes a report and gives the file its name.
func (f *wholeFile) junit(suite output.TestSuite) error {
	buffered := bufio.NewWriter(f)
	err := output.JUnit(buffered, suite)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.commit()
	}
	if err != nil {
		return failed(err, "can't write "+f.path+": "+pathReason(err))
	}
	return nil
}
