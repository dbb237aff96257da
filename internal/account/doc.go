// Package account changes the account's global webhook at Vidiking and restores it.
//
// The API can set the webhook but not read it. So the package saves what was set from this machine, in one file per profile next to the
// configuration. The webhook can be changed in two ways:
//
//   - [Store.Set] sets it permanently.
//   - [Store.Register] overrides it with the URL of a `listen`, and [Lease.Release] restores the previous one.
//
// Before an override is registered, the webhook to restore is written to a second file, which exists only during overrides. So one stat
// tells whether a process may have died in between; [Store.Stale] lists such overrides, and [Store.Restore] recovers from them. Overrides
// form a stack: the process on top restores the webhook below it when it ends.
//
// Both files contain signing secrets and are readable only by their owner. They are replaced atomically and synced, under a lock that is
// held during each change. If the outcome of a call is unknown, the file records that.
package account
