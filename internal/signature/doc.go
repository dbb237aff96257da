// Package signature signs bodies as Vidiking does, verifies signatures, and diagnoses why a signature does not match.
//
// A signature is the HMAC-SHA256 of the body's bytes, in hex, keyed with the whole secret string, including its whsec_ prefix (docs:
// Webhooks, Verifying Signatures). Verify compares signatures in constant time, and gives a verdict on any input without a panic. A
// diagnosis stays within its work budget and reveals neither a secret nor a correct signature. The package does not decide where secrets
// come from or what happens because of a verdict.
package signature
