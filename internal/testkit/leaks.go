package testkit

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Main runs the tests of a package, and fails where a goroutine is left behind. It gives those that are ending as long as a test gives
// to what must happen; goleak itself gives them half a second.
func Main(m *testing.M, ignored ...goleak.Option) {
	code := m.Run()
	if code == 0 {
		if err := leaks(ignored...); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
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
