package listen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/listen/rows"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// JSONFile is the file that gets the session's JSON stream. Its path is empty if there is none.
type JSONFile struct {
	Path string
	Name string // as the user typed it
}

// jsonFile writes the JSON stream of a session to a file, beside the view. It reads the log in its own goroutine, so neither the view nor
// the relay waits for the file. A nil jsonFile does nothing.
type jsonFile struct {
	name    string
	printer output.Printer
	live    *rows.View

	mu     sync.Mutex
	file   *os.File
	end    int64 // of the last complete write
	err    error // the first failed write; nothing is written after it
	report func(output.Notice)
}

// create creates the file before anything is opened, because a wrong path must fail early. It returns nil if there is none.
//
// Responses of the handler and their headers are in it, so only the user may read it.
func (f JSONFile) create(out output.Options) (*jsonFile, error) {
	if f.Path == "" {
		return nil, nil
	}
	err := atomicfile.CheckRegular(f.Path)
	var file *os.File
	if err == nil {
		file, err = os.OpenFile(f.Path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	}
	if err != nil {
		return nil, output.Failed(err, fmt.Sprintf("cannot write %s: %s", f.Name, output.PathReason(err)), "use a file in an existing directory: --json-file events.jsonl")
	}
	j := &jsonFile{name: f.Name, file: file}
	out.Style.Width = 0
	j.printer = output.New(output.Options{Stdout: j, Stderr: j, Format: output.FormatJSON, Style: out.Style, Self: out.Self, Now: out.Now})
	return j, nil
}

// Write appends whole lines to the file. After an error, the file ends with the last complete write, and the user is told once.
func (j *jsonFile) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return 0, j.err
	}
	n, err := j.file.Write(p)
	if err != nil {
		j.err = err
		_ = j.file.Truncate(j.end) // a reader sees no partial line
		if j.report != nil {
			j.report(output.Notice{Code: "json_file", Message: j.problem() + "."})
		}
		return n, err
	}
	j.end += int64(n)
	return n, nil
}

func (j *jsonFile) problem() string {
	return "cannot write " + j.name + ": " + output.PathReason(j.err) + "; it is incomplete"
}

// close closes the file and returns an error if the stream in it is incomplete.
func (j *jsonFile) close() error {
	if j == nil {
		return nil
	}
	if j.live != nil {
		j.live.Close()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Close(); j.err == nil && !errors.Is(err, os.ErrClosed) {
		j.err = err
	}
	if j.err != nil {
		return output.Failed(j.err, j.problem(), "free some space, or use another file: --json-file FILE")
	}
	j.err = os.ErrClosed // the view may still be ending
	return nil
}

// withFile is a view that also writes to a JSON file.
type withFile struct {
	sessionView

	file *rows.View
}

func (v withFile) Start(ready output.Ready, notices []output.Notice) {
	v.file.Start(ready, notices)
	v.sessionView.Start(ready, notices)
}

func (v withFile) Notify(n relay.Notice) {
	v.file.Notify(n)
	v.sessionView.Notify(n)
}

func (v withFile) Say(n output.Notice) {
	v.file.Say(n)
	v.sessionView.Say(n)
}

// Stop writes the file first, because the reader of the view may be stuck.
func (v withFile) Stop(c relay.Counts, held int) {
	v.file.Stop(c, held)
	v.sessionView.Stop(c, held)
}

// printerWithFile prints what precedes and follows the view, also to the JSON file.
type printerWithFile struct {
	output.Printer

	file output.Printer
}

func (p printerWithFile) Warning(code, what string, hint []string) {
	p.file.Warning(code, what, hint)
	p.Printer.Warning(code, what, hint)
}

func (p printerWithFile) Notice(n output.Notice) {
	p.file.Notice(n)
	p.Printer.Notice(n)
}

func (p printerWithFile) WaitResult(r output.WaitResult) {
	p.file.WaitResult(r)
	p.Printer.WaitResult(r)
}

// addJSONFile adds the JSON file to the view, if there is one.
func (s *Session) addJSONFile(ctx context.Context, live func(ctx context.Context, p output.Printer) (*rows.View, error)) (err error) {
	j := s.display.jsonFile
	if j == nil {
		return nil
	}
	if j.live, err = live(ctx, j.printer); err != nil {
		return err
	}
	j.mu.Lock()
	j.report = s.display.view.Say
	j.mu.Unlock()
	s.display.view = withFile{s.display.view, j.live}
	if show := s.display.handlerOutput; show != nil {
		s.display.handlerOutput = func(line string) {
			j.live.HandlerOutput(line)
			show(line)
		}
	}
	return nil
}
