// Package signature signs bodies as Vidiking does, checks the signatures that came with them, and says why one does not match.
//
// A signature is the HMAC-SHA256 of the body's bytes, in hex, keyed with the whole secret string, its whsec_ prefix included
// (docs: Webhooks, Verifying Signatures). The package promises that a comparison takes the same time wherever two signatures
// differ, and that whatever a stranger sends is a verdict, never a panic. A diagnosis ends within the work it is allowed, and gives
// neither a secret nor a right signature away. It leaves to others where secrets come from and what a verdict has for consequences.
package signature
