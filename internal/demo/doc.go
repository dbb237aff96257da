// Package demo runs a tour of the program on one machine: a handler with `listen` in front of it, events, a body modified in transit,
// a handler that compares signatures incorrectly and is fixed, a replay, and the delivery log.
//
// All parts are real: the relay's ingress, the delivery log, signatures, and HTTP over loopback. Only the data directory is temporary.
// Each step checks its result against the delivery log.
package demo
