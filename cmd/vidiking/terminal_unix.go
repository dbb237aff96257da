//go:build !windows

package main

import "os"

// openTerminal opens the terminal that the process was started from, even if its streams are redirected.
func openTerminal() (in, out *os.File, err error) {
	in, err = os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return in, in, err
}
