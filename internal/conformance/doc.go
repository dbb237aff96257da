// Package conformance tests handlers: Diagnose finds out why a handler refused one delivery. It sends variants of the
// delivery, and the variant that the handler accepts tells the cause.
package conformance
