package cli_test

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func TestUnrecordedDeliveriesHaveNoIDInRows(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	h.refuse.Store(true)
	x := newTerminal(t, 80)
	file := filepath.Join(x.home, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w := x.environment(nil, "--data-dir", filepath.Join(file, "log"), "trigger", "render.complete", "--count", "3", "--to", h.addr())
	w.Now, w.Random = time.Now, rand.Reader
	code := cli.Main(context.Background(), w)
	screen := x.screen.String()
	if code != 3 || !strings.Contains(screen, "3 × 401 refused\n") || strings.Contains(screen, "dlv_") || !strings.Contains(screen, "Deliveries are not recorded") {
		t.Errorf("got exit code %d, want 3, and no id of what was not recorded; the screen:\n%s", code, screen)
	}
}

func TestUnrecordedDeliveriesHaveNoIDInReports(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	h.refuse.Store(true)
	x := newTerminal(t, 80)
	file, report := filepath.Join(x.home, "file"), filepath.Join(x.home, "report.xml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w := x.environment(nil, "--data-dir", filepath.Join(file, "log"), "trigger", "render.complete", "--junit", report, "--to", h.addr())
	w.Now, w.Random = time.Now, rand.Reader
	code := cli.Main(context.Background(), w)
	text, err := os.ReadFile(report)
	if err != nil || code != 3 || !strings.Contains(string(text), `message="401 refused"`) || strings.Contains(string(text), "dlv_") {
		t.Errorf("got exit code %d, want 3, and no id of what was not recorded; %v, the report:\n%s", code, err, text)
	}
}
