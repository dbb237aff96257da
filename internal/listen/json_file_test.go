package listen

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// failingFile returns a JSON file whose writes fail after the first line.
func failingFile(t *testing.T) (j *jsonFile, path string, notices *[]output.Notice) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "events.jsonl")
	j, err := JSONFile{Path: path, Name: "events.jsonl"}.create(output.Options{})
	if err != nil {
		t.Fatal(err)
	}
	notices = &[]output.Notice{}
	j.report = func(n output.Notice) { *notices = append(*notices, n) }
	j.printer.Row(webhook.Summary{ID: "dlv_a61tzr5x0k"})
	whole := j.file
	t.Cleanup(func() { _ = whole.Close() })
	if j.file, err = os.Open(path); err != nil { // for reading only
		t.Fatal(err)
	}
	return j, path, notices
}

func TestJSONFileReportsAFailedWriteOnce(t *testing.T) {
	t.Parallel()
	j, path, notices := failingFile(t)
	j.printer.Row(webhook.Summary{ID: "dlv_b61tzr5x0k"})
	j.printer.Row(webhook.Summary{ID: "dlv_c61tzr5x0k"})
	if len(*notices) != 1 || (*notices)[0].Code != "json_file" || !strings.Contains((*notices)[0].Message, "cannot write events.jsonl: ") {
		t.Errorf("got the notices %+v, want one that names the file", *notices)
	}
	err := j.close()
	if err == nil || !strings.Contains(err.Error(), "cannot write events.jsonl: ") || !strings.HasSuffix(err.Error(), "; it is incomplete") {
		t.Errorf("close returned %v, want an error that names the incomplete file", err)
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), "dlv_a61tzr5x0k") {
		t.Errorf("the file has %q, %v; want the first line", text, err)
	}
}

func TestAFailedJSONFileEndsTheSessionWithAnError(t *testing.T) {
	t.Parallel()
	o, out, interrupts := optionsFor(t, freeAddress(t))
	path := filepath.Join(t.TempDir(), "events.jsonl")
	o.JSONFile = JSONFile{Path: path, Name: "events.jsonl"}
	s := newSession(o)
	if err := s.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.display.jsonFile.file.Close(); err != nil { // every write fails from now on
		t.Fatal(err)
	}
	interrupts <- os.Interrupt
	if err := s.Run(context.Background()); err != nil {
		t.Errorf("Run returned %v, want no error: the session itself works", err)
	}
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), "events.jsonl") {
		t.Errorf("Close returned %v, want an error that names the file", err)
	}
	if !strings.Contains(out.String(), "cannot write events.jsonl: ") {
		t.Errorf("the output does not tell that the file is incomplete:\n%s", out.String())
	}
}
