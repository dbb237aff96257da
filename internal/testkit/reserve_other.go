//go:build !linux

package testkit

import "errors"

// reservePort is not supported on this system: a bound socket would block the listener, or not block other processes.
func reservePort(string) (reserved string, release func(), err error) {
	return "", nil, errors.ErrUnsupported
}
