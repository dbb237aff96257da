package main

import (
	"strings"
	"testing"
)

// If the data directory is read-only, commands that must write to it report that, but reading and sending still work.
func TestReadOnlyDataDirectory(t *testing.T) {
	t.Parallel()
	onOwnDisk(t, "read-only", func(w *testHome) {
		if code, _, stderr := w.run(t, "vidiking", "trigger", "render.complete", "--to", startHandler(t, nil).handler()); code != 0 {
			t.Fatalf("trigger ended with %d, want 0; stderr:\n%s", code, stderr)
		}
	}, func(w *testHome) { readOnly(t, w) })
}

func readOnly(t *testing.T, w *testHome) {
	t.Helper()
	handler := startHandler(t, nil)
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // text that they must contain
	}{
		{"listen", []string{"listen", "--addr", "127.0.0.1:0"}, 1, "", "--data-dir"},
		{"list", []string{"webhooks", "list"}, 0, "render.complete", ""},
		{"show", []string{"webhooks", "show", "last"}, 0, "render.complete", ""},
		{"trigger", []string{"trigger", "ai.complete", "--to", handler.handler()}, 0, " 200 ", "Deliveries are not recorded"},
		{"replay", []string{"replay", "last", "--to", handler.handler()}, 0, " 200 ", "Deliveries are not recorded"},
		{"complete", []string{"__complete", "replay", ""}, 0, "dlv_", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := w.run(t, "vidiking", c.args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("it ended with %d, want %d; stdout, want %q:\n%sstderr, want %q:\n%s",
					code, c.code, c.stdout, stdout, c.stderr, stderr)
			}
			if c.code != 0 && !strings.HasPrefix(stderr, "error: ") {
				t.Errorf("stderr is %q, want an error that says what to do", stderr)
			}
		})
	}
	if got := handler.calls(); got != 2 {
		t.Errorf("the handler was called %d times, want 2: by trigger and by replay", got)
	}
}
