package main

import (
	"errors"
	"os"
)

// openTerminal opens the console that the process was started from, even if its streams are redirected. It has two names, one per
// direction (learn.microsoft.com/windows/console/console-handles).
func openTerminal() (in, out *os.File, err error) {
	if in, err = os.OpenFile("CONIN$", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0); err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return in, out, nil
}
