//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shellOfThePage returns the block of docs/emulator.md that names a test.
func shellOfThePage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "emulator.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "<!-- run by: "+t.Name()+" -->\n```sh\n")
	block, _, _ := strings.Cut(rest, "```")
	if !found || block == "" {
		t.Fatalf("docs/emulator.md has no block that is run by %s", t.Name())
	}
	return block
}

// runShell runs a script in a new directory.
func runShell(t *testing.T, script string) string {
	t.Helper()
	for _, name := range []string{"curl", "sed", "grep"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	w := newTestHome(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = w.home, w.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return string(out)
}

const startEmulator = `vidiking emulator --addr 127.0.0.1:0 --clock manual -o json > emulator.json &
until grep -q '"url"' emulator.json; do sleep 0.1; done
export VIDIKING_API_URL=$(sed 's/.*"url":"\([^"]*\)".*/\1/' emulator.json) VIDIKING_API_KEY=any
`

func TestEmulatorWithCurl(t *testing.T) {
	t.Parallel()
	out := runShell(t, startEmulator+shellOfThePage(t)+"kill $!\nwait $! || true\n")
	if !strings.Contains(out, `"status":"QUEUED","created_at":"`) {
		t.Errorf("got %s", out)
	}
}

func TestEmulatorInATest(t *testing.T) {
	t.Parallel()
	block := shellOfThePage(t)
	for _, flag := range []string{"--addr", "--clock", "--rate-limit", "--output"} {
		if !strings.Contains(block, flag) {
			t.Errorf("the block does not use %s", flag)
		}
	}
	out := runShell(t, block+"wait $! || true\n")
	if !strings.Contains(out, `"balance":"47.50"`) || !strings.Contains(out, `{"type":"advanced","at":"`) {
		t.Errorf("got %s", out)
	}
}
