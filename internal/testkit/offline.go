package testkit

import (
	"context"
	"errors"
	"net"
)

var errOffline = errors.New("no name is looked up over the network in tests")

// Offline has no name looked up over the network from now on, in this process: that may be slow to say that there is none, or may answer
// for every name. It is for before the tests, since who looks names up reads what it sets.
func Offline() {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errOffline }} //nolint:reassign // before anybody reads it
}
