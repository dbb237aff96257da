// Package sample creates sample payloads for the documented events, as single payloads or as scenarios.
//
// Every payload has fresh ids and the current time. It is byte for byte what JavaScript's JSON.stringify writes. So a handler that parses
// the body and hashes the re-serialized JSON, as Vidiking's sample code does, still computes the right signature.
//
// Vidiking documents only the fields of render.complete, and the names error (failed jobs) and balance (wallet.low_balance). The rest is
// invented in the same style; shape.go says which is which. Callers sign and send the payloads.
package sample
