package testkit

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// RunAndCheckLeaks runs the tests of a package and returns the exit code. The run fails if a goroutine has not ended after waitTimeout;
// goleak alone waits half a second.
func RunAndCheckLeaks(m *testing.M, ignored ...goleak.Option) int {
	code := m.Run()
	if code != 0 {
		return code
	}
	if err := findLeaks(ignored...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// CheckLeaks fails the test if a goroutine has not ended.
func CheckLeaks(tb testing.TB, ignored ...goleak.Option) {
	tb.Helper()
	if err := findLeaks(ignored...); err != nil {
		tb.Error(err)
	}
}

func findLeaks(ignored ...goleak.Option) error {
	timeout := time.After(waitTimeout)
	for {
		err := goleak.Find(ignored...)
		if err == nil {
			return nil
		}
		select {
		case <-timeout:
			return err
		default: // goleak.Find has waited
		}
	}
}
