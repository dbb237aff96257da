package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// exitNoDisk is the exit code of `owndisk` where this machine lets a process have no disk of its own.
const exitNoDisk = 77

// ownDiskVariable names the home, in the process whose data directory is on a disk of its own.
const ownDiskVariable = "VIDIKING_TEST_OWN_DISK"

// onOwnDisk runs a test in a process of its own, whose data directory is a disk of its own: `owndisk` says of which mode. Prepare comes
// first, here, where the data directory is one like any other. Where there can be no such disk, the test is skipped.
func onOwnDisk(t *testing.T, mode string, prepare, test func(w *world)) {
	t.Helper()
	if home := os.Getenv(ownDiskVariable); home != "" {
		test(worldAt(home))
		return
	}
	w := newWorld(t)
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	prepare(w)
	c := exec.CommandContext(t.Context(), "owndisk", mode, w.dir, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	c.Env = append(os.Environ(), ownDiskVariable+"="+w.home)
	mayMount(c)
	said, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil && strings.Contains(string(said), "--- PASS: "+t.Name()):
		t.Logf("%s", said)
	case err == nil:
		t.Errorf("it did not run on a disk of its own:\n%s", said)
	case errors.As(err, &exit) && exit.ExitCode() != exitNoDisk:
		t.Errorf("on a disk of its own: %v\n%s", err, said)
	default:
		t.Skip(fmt.Errorf("a process can have no disk of its own here: %w\n%s", err, said))
	}
}

// runOnDisk runs a program in a story on a disk of its own: `ondisk MODE DIR PROGRAM…`, as owndisk takes it. Elsewhere the condition
// [owndisk] is false.
func runOnDisk(args []string) int {
	c := exec.Command("owndisk", args...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	mayMount(c)
	return codeOf(c.Run())
}

// ownDisks reports whether a process can have a disk of its own here.
var ownDisks = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "vidiking-test-")
	if err != nil {
		return false
	}
	defer func() { _ = os.Remove(dir) }()
	c := exec.Command("owndisk", "size=1m", dir, os.Args[0], "-test.run=^$")
	mayMount(c)
	return c.Run() == nil
})
