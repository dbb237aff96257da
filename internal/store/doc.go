// Package store is the delivery log: every delivery, its header and body as they came, and every attempt to hand it on.
// SQLite lives here and nowhere else.
//
// What it promises:
//
//   - What Record or AddAttempts acknowledged survives the death of the process at any moment. A power cut may take the last moments.
//   - Readers never wait for a writer and never hold a view of the log open between two calls. Several processes may write and read
//     at once.
//   - One counter, bumped once a transaction, numbers every change. Whoever continues after the number they saw last misses
//     nothing, or is told that there is a gap.
//   - A body is kept byte for byte. Summaries are read without touching bodies.
//   - Memory stays flat: the queue is bounded, a transaction is bounded in rows and bytes, a large body is streamed.
//
// A Log writes and a Reader reads. What a body means, whether its signature holds and where it goes is left to others.
package store
