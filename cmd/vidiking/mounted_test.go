package main

import (
	"os"
	"os/exec"
	"testing"
)

// exitNoMount is the exit code of `mounted` where this machine does not let it mount.
const exitNoMount = 77

// mount gives every process that the world starts from now on a file system of its own on the data directory (runMounted). Where that
// can't be, the test is skipped.
func (w *world) mount(tb testing.TB, mode string) {
	tb.Helper()
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	w.wrap, w.tune = []string{"mounted", mode, w.dir}, mountable
	probe := exec.CommandContext(tb.Context(), w.wrap[0], append(w.wrap[1:], "vidiking", "version")...)
	mountable(probe)
	if said, err := probe.CombinedOutput(); err != nil {
		tb.Skipf("a process can't have a disk of its own here: %v\n%s", err, said)
	}
}
