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

// exitNoDisk is the exit code of `owndisk` if this machine does not allow private mounts.
const exitNoDisk = 77

// ownDiskVariable names the home directory for the process whose data directory is on a separate disk.
const ownDiskVariable = "VIDIKING_TEST_OWN_DISK"

// onOwnDisk runs a test in a separate process whose data directory is on a separate disk, in a mode of `owndisk`. It calls prepare before
// that, in this process, while the data directory is an ordinary one. It skips the test if such a disk is impossible.
func onOwnDisk(t *testing.T, mode string, prepare, test func(w *testHome)) {
	t.Helper()
	if home := os.Getenv(ownDiskVariable); home != "" {
		test(testHomeAt(home))
		return
	}
	w := newTestHome(t)
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
		t.Errorf("it did not run on a separate disk:\n%s", said)
	case errors.As(err, &exit) && exit.ExitCode() != exitNoDisk:
		t.Errorf("on a separate disk: %v\n%s", err, said)
	default:
		t.Skip(fmt.Errorf("a process cannot mount a separate disk here: %w\n%s", err, said))
	}
}

// runOnDisk runs a program of a story on a separate disk: `ondisk MODE DIR PROGRAM…`, with the arguments of owndisk. On other systems the
// condition [owndisk] is false.
func runOnDisk(args []string) int {
	c := exec.Command("owndisk", args...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	mayMount(c)
	return codeOf(c.Run())
}

// ownDisks reports whether a process can have a separate disk here.
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
