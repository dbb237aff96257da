package display

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the goldens instead of comparing with them")

// golden compares text with testdata/name.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if it should, run with -update:\n%s", path, diff)
	}
}

// terminal returns a style with 80 columns, one hour east of UTC.
func terminal() Style {
	return Style{UTF8: true, Width: 80, Location: time.FixedZone("CET", 3600), Timeout: 10 * time.Second}
}

func ascii() Style {
	st := terminal()
	st.UTF8 = false
	return st
}

func wide(width int) Style {
	st := terminal()
	st.Width = width
	return st
}

// unbounded returns the style of a terminal without a width.
func unbounded() Style { return wide(0) }

// at returns a time on March 2, 2026 in the time zone of terminal.
func at(t *testing.T, clock string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation(time.DateTime, "2026-03-02 "+clock, terminal().Location)
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}

// text joins lines as they are printed.
func text(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// marked returns a line with its roles: {dim 14:02:31} is dim, and text outside braces is plain.
func marked(l Line) string {
	var b strings.Builder
	for _, s := range l {
		if s.Role == Plain {
			b.WriteString(s.Text)
			continue
		}
		name := [...]string{"", "dim", "bold", "good", "caution", "bad", "alarm", "key", "string", "number"}[s.Role]
		b.WriteString("{" + name + " " + s.Text + "}")
	}
	return b.String()
}

// took returns the summary with the given duration.
func took(s webhook.Summary, d time.Duration) webhook.Summary {
	s.Duration, s.Attempts = d, 1
	return s
}

const ms = time.Millisecond
