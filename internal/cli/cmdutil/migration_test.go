package cmdutil

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lineWriter hands on each line that is drawn.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

func TestASlowMigrationIsShownOnATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// The header of an SQLite file of schema 1 is all that is looked at.
	header := append([]byte("SQLite format 3\x00"), make([]byte, 84)...)
	header[63] = 1
	if err := os.WriteFile(filepath.Join(dir, "deliveries.db"), header, 0o600); err != nil {
		t.Fatal(err)
	}
	drawn := make(lineWriter, 100)
	a := &App{W: World{Stderr: drawn, StderrTerminal: true, Width: func() int { return 100 }, LookupEnv: func(string) (string, bool) { return "", false }}}
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

func TestAFastOpenDrawsNothing(t *testing.T) {
	t.Parallel()
	a := &App{W: World{StderrTerminal: true, LookupEnv: func(string) (string, bool) { return "", false }}} // a write would panic
	if err := ShowMigration(a, t.TempDir(), func() error { return nil }); err != nil {
		t.Error(err)
	}
}
