// Package signature signs bodies as Vidiking does and checks the signatures that came with them.
//
// A signature is the HMAC-SHA256 of the body's bytes, in hex, keyed with the whole secret string, its whsec_ prefix included
// (docs: Webhooks, Verifying Signatures). The package promises that a comparison takes the same time wherever two signatures
// differ, and that whatever a stranger sends is a verdict, never a panic. It leaves to others where secrets come from and what
// a verdict has for consequences.
package signature
