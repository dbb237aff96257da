// Package conformance tests handlers. Run runs the cases of the battery: each sends a few requests and knows what a correct handler does
// with them. Diagnose finds out why a handler refused one delivery: it sends variants of the delivery, and the variant that the handler
// accepts tells the cause.
package conformance
