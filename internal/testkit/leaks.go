package testkit

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Run runs the tests of a package and returns the code to exit with, which is a failure where a goroutine is left behind. It gives those
// that are ending as long as a test gives to what must happen; goleak itself gives them half a second.
func Run(m *testing.M, ignored ...goleak.Option) int {
	code := m.Run()
	if code != 0 {
		return code
	}
	if err := leaks(ignored...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// NoneLeft fails the test where a goroutine is left behind.
func NoneLeft(tb testing.TB, ignored ...goleak.Option) {
	tb.Helper()
	if err := leaks(ignored...); err != nil {
		tb.Error(err)
	}
}

func leaks(ignored ...goleak.Option) error {
	late := time.After(patience)
	for {
		err := goleak.Find(ignored...)
		if err == nil {
			return nil
		}
		select {
		case <-late:
			return err
		default: // goleak has waited
		}
	}
}
