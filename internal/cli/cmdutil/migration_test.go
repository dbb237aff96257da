package cmdutil

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lineWriter sends each written line on a channel.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

func terminalEnvironment(stderr io.Writer) Environment {
	return Environment{
		LookupEnv: func(string) (string, bool) { return "", false },
		Streams:   Streams{Stderr: stderr, StderrTerminal: true, Width: func() int { return 100 }},
	}
}

func TestSlowMigrationShowsProgressOnTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// ShowMigration reads only the header of the SQLite file, here with schema 1.
	header := append([]byte("SQLite format 3\x00"), make([]byte, 84)...)
	header[63] = 1
	if err := os.WriteFile(filepath.Join(dir, "deliveries.db"), header, 0o600); err != nil {
		t.Fatal(err)
	}
	drawn := make(lineWriter, 100)
	a := &App{Env: terminalEnvironment(drawn)}
	err := ShowMigration(a, dir, func() error {
		if line := <-drawn; !strings.Contains(line, "Updating the delivery log") || !strings.Contains(line, "Ctrl-C cancels") {
			t.Errorf("drawn: %q", line)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if line := <-drawn; strings.Trim(line, " \r") != "" {
		t.Errorf("the line is not cleared: %q", line)
	}
}

func TestFastOpenShowsNoProgress(t *testing.T) {
	t.Parallel()
	a := &App{Env: terminalEnvironment(nil)} // a write to nil would panic
	if err := ShowMigration(a, t.TempDir(), func() error { return nil }); err != nil {
		t.Error(err)
	}
}
