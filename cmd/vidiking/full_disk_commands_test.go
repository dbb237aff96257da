package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands run while the disk of the data directory is full. Reading needs no space. Pruning, which frees space, needs none either, and
// other commands suggest it.
func TestCommandsOnAFullDisk(t *testing.T) {
	t.Parallel()
	onOwnDisk(t, "size=4m", func(*testHome) {}, func(w *testHome) { commandsOnFullDisk(t, w) })
}

func commandsOnFullDisk(t *testing.T, w *testHome) {
	t.Helper()
	handler := startHandler(t, nil).handler()
	mustRun(t, w, 0, "trigger", "render.complete", "--count", "40", "--to", handler)
	rest := fillUp(t, w.dir)

	for _, c := range []struct {
		code       int
		said, args string
	}{
		{0, "40 deliveries", "webhooks list"},
		{0, "render.complete", "webhooks show last"},
		{0, "dlv_", "__complete webhooks show "},
		{0, `"type":"delivery"`, "webhooks export"},
		{0, "", "webhooks wait render.complete --since 1h --within 0s"},
		{0, "Would remove", "webhooks prune --keep 2 --dry-run"},
		{0, "not recorded", "trigger render.complete --to " + handler},
		{1, "vidiking webhooks prune --keep 100", "listen --addr 127.0.0.1:0 --forward " + handler},
	} {
		args := strings.Split(c.args, " ")
		if said := mustRun(t, w, c.code, args...); !strings.Contains(said, c.said) {
			t.Errorf("%q says %q, want %q", args, said, c.said)
		}
		checkPrivate(t, w.dir)
	}

	mustRun(t, w, 0, "webhooks", "prune", "--keep", "20")
	if said := mustRun(t, w, 0, "webhooks", "list"); !strings.Contains(said, "20 deliveries") {
		t.Errorf("after the prune the list says %q, want 20 deliveries", said)
	}
	if err := os.Remove(rest); err != nil {
		t.Fatal(err)
	}
	l := w.startListen(t, "vidiking", handler)
	fillUp(t, w.dir)
	mustRun(t, w, 0, "webhooks", "prune", "--keep", "2") // while a listen has the log open
	if code := l.interrupt(); code != 0 {
		t.Errorf("listen ended with %d, want 0; stderr:\n%s", code, l.said(l.stderr))
	}
	checkPrivate(t, w.dir)
}

// mustRun runs a command that must end with a code and returns all of its output.
func mustRun(t *testing.T, w *testHome, code int, args ...string) string {
	t.Helper()
	got, stdout, stderr := w.run(t, "vidiking", args...)
	if got != code {
		t.Errorf("%q ended with %d, want %d; stderr:\n%s", args, got, code, stderr)
	}
	return stdout + stderr
}

// checkPrivate checks that the files in the data directory are private, except the file that fills the disk.
func checkPrivate(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir || entry.Name() == "rest" {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %o, want it for its owner only", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
