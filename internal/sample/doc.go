// Package sample creates sample payloads for the documented events, as single payloads or as scenarios.
//
// Every payload has fresh ids and the current time. It is byte for byte what JavaScript's JSON.stringify writes. So a handler that parses
// the body and hashes the re-serialized JSON, as Vidiking's sample code does, still computes the right signature.
//
// The catalog describes the fields of each payload, and tells documented fields from invented ones. Samples, JSON Schemas and types in
// several languages are made from it. An Observer adds the shapes of payloads in a delivery log. Callers sign and send the payloads.
package sample
