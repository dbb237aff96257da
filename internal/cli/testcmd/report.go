package testcmd

import (
	"errors"
	"os"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// reports are the files that a run reads and writes. They are opened before anything is sent.
type reports struct {
	junit, html *atomicfile.File // nil: not wanted
	known       []string         // the cases that failed in the baseline
}

// open opens the files.
func (o *testOptions) open(a *cmdutil.App) (r *reports, err error) {
	r = &reports{}
	defer func() {
		if err != nil {
			r.discard()
		}
	}()
	if o.baseline != "" {
		if r.known, err = readBaseline(a, o.baseline); err != nil {
			return r, err
		}
	}
	if o.junit != "" {
		if r.junit, err = cmdutil.CreateReport(a, o.junit); err != nil {
			return r, err
		}
	}
	if o.html != "" {
		if r.html, err = atomicfile.Create(cmdutil.Path(a, o.html), 0o644); err != nil { // a browser reads it
			return r, cmdutil.Failed(err, "cannot write "+o.html+": "+output.PathReason(err), "use an existing directory: --html report.html")
		}
	}
	return r, nil
}

// discard removes the files that were not written.
func (r *reports) discard() {
	for _, f := range []*atomicfile.File{r.junit, r.html} {
		if f != nil {
			f.Discard()
		}
	}
}

// write writes the files.
func (r *reports) write(b output.Battery) error {
	if r.junit != nil {
		if err := output.WriteJUnit(r.junit, b.TestSuite()); err != nil {
			return err
		}
	}
	if r.html == nil {
		return nil
	}
	if err := errors.Join(output.BatteryPage(r.html, b), r.html.Commit()); err != nil {
		return cmdutil.Failed(err, "can't write "+r.html.Path()+": "+output.PathReason(err))
	}
	return nil
}

func readBaseline(a *cmdutil.App, name string) ([]string, error) {
	const hint = "write it: vidiking test TARGET -o json > "
	f, err := os.Open(cmdutil.Path(a, name))
	if err != nil {
		return nil, cmdutil.Failed(err, "cannot read the baseline "+name+": "+output.PathReason(err), hint+name)
	}
	defer func() { _ = f.Close() }() // it was only read
	known, err := output.ReadBaseline(f)
	if err != nil {
		return nil, cmdutil.Failed(err, name+" is not a baseline: "+err.Error(), hint+name)
	}
	return known, nil
}
