package explain

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write testdata/*.golden again")

const ms = time.Millisecond

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
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func terminal() display.Style {
	return display.Style{UTF8: true, Width: 80, Location: time.FixedZone("CET", 3600), Timeout: 10 * time.Second}
}

func ascii() display.Style {
	st := terminal()
	st.UTF8 = false
	return st
}

func at(t *testing.T, clock string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation(time.DateTime, "2026-03-02 "+clock, terminal().Location)
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}

func text(lines []display.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.String())
		b.WriteByte('\n')
	}
	return b.String()
}

func responded(code int, body string, header ...string) webhook.Attempt {
	a := webhook.Attempt{
		N: 1, Target: "http://localhost:3000/webhooks/vidiking", Code: code, Response: []byte(body), ResponseBytes: int64(len(body)),
	}
	for i := 0; i < len(header); i += 2 {
		a.Header = append(a.Header, webhook.Field{Name: header[i], Value: header[i+1]})
	}
	return a
}
