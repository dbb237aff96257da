// Package demo tells the whole story of the program on one machine: a handler, `listen` in front of it, events, a tampered body, a
// handler that compares wrongly and is mended, a replay, the list.
//
// All parts are real: the relay's ingress, the delivery log, signatures, HTTP over loopback; only the data directory is a temporary
// one. Each step says what it will show and is checked against what the log says then.
package demo
