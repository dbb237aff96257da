// Package testkit provides webhook handlers and tunnel servers for tests, most of them misbehaving: they hang up, stall, redirect,
// send too much, or send bytes that are not HTTP.
//
// Serve starts an HTTP handler that records its requests and responds with an http.Handler such as Respond or HangUp. ServeRaw
// starts one that records requests byte for byte and responds in bytes. ServeConns passes each connection to a function. All of
// them listen on loopback, stop when the test ends, and wait on channels instead of sleeping.
//
// NgrokServer and SSHServer replace the tunnel providers: the real client libraries connect to them.
//
// The package imports no other package of this module, which lets the tests of every package import it.
package testkit
