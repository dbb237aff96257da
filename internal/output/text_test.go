package output_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the output differs from %s (-want +got):\n%s", path, diff)
	}
}

func TestTextOnATerminal(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	everything(output.New(output.Options{
		Stdout: &screen, Stderr: &screen, Terminal: true, Style: display.Style{UTF8: true, Width: 80}, Home: "/d",
	}))
	golden(t, "terminal.txt", screen.String())
}

func TestAListInAPipeIsATable(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	p := output.New(output.Options{Stdout: &stdout, Stderr: &stderr, Table: true, Style: display.Style{UTF8: true}})
	p.Row(webhook.Summary{ID: "dlv_a61tzr5x0k", Event: "a\tb\x1b[31m", Status: webhook.StatusRefused, Code: 401, Attempts: 1})
	p.Attempted(webhook.Summary{ID: "dlv_a61tzr5x0k", Status: webhook.StatusRefused, Code: 401}, webhook.Attempt{Code: 401, Response: []byte("no")}, output.Detail{})
	for line := range strings.Lines(stdout.String()) {
		if tabs := strings.Count(line, "\t"); tabs != 12 || strings.Contains(line, "\x1b") {
			t.Errorf("got the row %q with %d tabs, want 12 tabs and no escape", line, tabs)
		}
	}
	if !strings.Contains(stderr.String(), "│ no") || strings.Contains(stdout.String(), "│") {
		t.Errorf("got stdout %q and stderr %q, want the handler's response on stderr", stdout.String(), stderr.String())
	}
}

func TestTextInAPipeIsALog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	everything(output.New(output.Options{Stdout: &log, Stderr: &log, Style: display.Style{UTF8: true}, Home: "/d"}))
	golden(t, "log.txt", log.String())
	if strings.ContainsAny(log.String(), "\t\x1b") {
		t.Error("got a tab or an escape sequence in the log, want neither")
	}
}

func TestNothingIsWrittenAfterAClosedPipe(t *testing.T) {
	t.Parallel()
	for _, format := range []output.Format{output.FormatText, output.FormatJSON} {
		w := &closing{}
		p := output.New(output.Options{Stdout: w, Stderr: &bytes.Buffer{}, Format: format})
		everything(p)
		if !errors.Is(p.Err(), errClosed) || w.calls != 1 {
			t.Errorf("%s: got error %v after %d writes, want %v after 1", format, p.Err(), w.calls, errClosed)
		}
	}
}

var errClosed = errors.New("closed")

type closing struct{ calls int }

func (c *closing) Write([]byte) (int, error) {
	c.calls++
	return 0, errClosed
}

func TestABatchIsOneWriteBeforeTheNextLineOnStderr(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	p := output.New(output.Options{Stdout: &screen, Stderr: &screen, Terminal: true, Style: display.Style{UTF8: true, Width: 80}})
	p.Batch(func() {
		p.Row(webhook.Summary{ID: "dlv_0000000001", Event: "first"})
		p.Hint("", display.Hint{Lines: []string{"between"}})
		p.Row(webhook.Summary{ID: "dlv_0000000002", Event: "second"})
	})
	text := screen.String()
	first, between, second := strings.Index(text, "first"), strings.Index(text, "between"), strings.Index(text, "second")
	if first < 0 || first > between || between > second {
		t.Errorf("got %q, want first, between, second in this order", text)
	}
}

func TestColorIsUsedOnlyIfRequested(t *testing.T) {
	t.Parallel()
	for _, inColor := range []bool{false, true} {
		var screen bytes.Buffer
		everything(output.New(output.Options{
			Stdout: &screen, Stderr: &screen, Terminal: true, Color: inColor, ErrColor: inColor, Style: display.Style{UTF8: true, Width: 80},
		}))
		if got := strings.Contains(screen.String(), "\x1b["); got != inColor {
			t.Errorf("Color %v: got escape sequences %v", inColor, got)
		}
	}
}

func TestDateLineAppearsWhenTheDayChanges(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	now := time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC)
	p := output.New(output.Options{Stdout: &screen, Stderr: &screen, Terminal: true, Style: display.Style{UTF8: true, Width: 80}, Now: now})
	row := func(at time.Time) {
		p.Row(webhook.Summary{ID: "dlv_a61tzr5x0k", Event: "render.complete", Status: webhook.StatusDelivered, Code: 200, ReceivedAt: at})
	}
	row(now)
	p.Notice(output.Notice{At: now.Add(2 * time.Minute), Message: "The tunnel is down."})
	row(now.Add(3 * time.Minute))
	var got []string
	for line := range strings.Lines(screen.String()) {
		got = append(got, strings.Fields(line)[0])
	}
	if diff := cmp.Diff([]string{"23:59:00", "2026-03-03", "00:01:00", "00:02:00"}, got); diff != "" {
		t.Errorf("the first words of the lines (-want +got):\n%s", diff)
	}
}
