//go:build !linux

package testkit

import "errors"

// hold can keep no port here: a socket that is bound would stand in the way of the one that listens, or keep nobody off.
func hold(string) (held string, release func(), err error) { return "", nil, errors.ErrUnsupported }
