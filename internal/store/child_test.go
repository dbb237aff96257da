package store

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Tests start this test binary again as another process, which runs the role in roleVariable.
const (
	roleVariable  = "VIDIKING_STORE_ROLE"
	dirVariable   = "VIDIKING_STORE_DIR"
	countVariable = "VIDIKING_STORE_COUNT"
	seedVariable  = "VIDIKING_STORE_SEED"
)

// runRole runs a role and returns the exit code.
func runRole(role string) int {
	dir := os.Getenv(dirVariable)
	count, _ := strconv.Atoi(os.Getenv(countVariable))
	seed, _ := strconv.Atoi(os.Getenv(seedVariable))
	var err error
	switch role {
	case "write":
		err = writeMany(dir, byte(seed), count)
	case "full":
		err = fillDisk(dir)
	case "read-only":
		err = openOnReadOnlyDisk(dir)
	default:
		err = fmt.Errorf("unknown role %q", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startRole starts the test binary in a role and returns its standard output. Its errors go to the test's output.
func startRole(t *testing.T, role, dir string, seed, count int) (*exec.Cmd, io.Reader) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir,
		seedVariable+"="+strconv.Itoa(seed), countVariable+"="+strconv.Itoa(count))
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	inNamespace(c, role)
	if err := c.Start(); err != nil {
		if role != "write" {
			t.Skipf("cannot create a mount namespace: %v", err)
		}
		t.Fatal(err)
	}
	return c, out
}

// writeMany records count deliveries from four goroutines and prints each id once Record has returned. A few are large, and
// each gets an attempt.
func writeMany(dir string, seed byte, count int) error {
	o := atStart()
	o.OnError = func(err error) { fmt.Fprintln(os.Stderr, err) }
	l, err := Open(context.Background(), dir, o)
	if err != nil {
		return err
	}
	src := newSource(seed)
	const writers = 4
	errs := make(chan error, writers)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := w; i < count; i += writers {
				d := src.next()
				if i%50 == 7 {
					d.Body = bytes.Repeat(d.Body, 600)
				}
				if err := l.Record(context.Background(), d); err != nil {
					errs <- err
					return
				}
				fmt.Println(d.ID) // one write, because a killed process must not leave half a line
				if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return err
	}
	return l.Close()
}

// idLines reads ids from a child until it has n of them or the child ends.
func idLines(in *bufio.Scanner, n int) (ids []webhook.ID) {
	for len(ids) < n && in.Scan() {
		if id := strings.TrimSpace(in.Text()); webhook.IsID(id) {
			ids = append(ids, webhook.ID(id))
		}
	}
	return ids
}
