// Package account knows what is registered with Vidiking as the account's one global webhook, and puts it back.
//
// The API can set the webhook and not tell it, so what was set from here is remembered: in a file beside the configuration, one for each
// profile. Two things may be done to the webhook:
//
//   - [Book.Set] sets it for good.
//   - [Book.Register] puts a listen's URL in its place for a while, and [Registration.Release] puts back what was there.
//
// What must be put back is on the disk before the webhook is changed, in a second file that exists for just as long. So one stat tells
// whether a process died in between, [Book.Left] says what it left, and [Book.Restore] mends it. Listens that register one over
// the other are a stack: whoever ends puts back what is under it, unless another is on top.
//
// Both files are for their owner only, since they hold signing secrets; each is written whole, by rename, and synced, under a lock
// that every change holds until it is over. Where a call's outcome is not known, what is remembered says so.
package account
