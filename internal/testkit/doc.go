// Package testkit gives tests handlers to send to, above all those that misbehave: they hang up, stall, redirect, answer too
// much or in no language at all.
//
// Serve makes an ordinary HTTP handler that records what it received; what it answers is an http.Handler, of which this package
// has the usual and the strange. ServeRaw makes one that shows the bytes as they came over the wire, and answers in bytes.
// ServeConns hands out bare connections for whatever else. All listen on loopback, end with the test, and never sleep: what has
// to wait, waits on a channel.
//
// Edge stands in for ngrok's edge, and SSHServer for the servers that forward over SSH: the real clients connect to them, and they
// fail as the real ones do.
//
// It imports no package of this module, so that every package's tests can use it.
package testkit
