// Package vidiking is a client of Vidiking's API: the calls of the program that leave this machine for the provider.
//
// It speaks what the provider documents and nothing else, and promises:
//
//   - The API key goes to the host it was meant for, over TLS, or over plain http to this machine only. No redirect is followed.
//   - Neither the key nor what was secret in a request is in an error, also where the other side sends it back.
//   - Every call ends: each try has a time-out, and an answer is read up to a cap.
//   - A call is sent again only where the rate limit (429) kept it from being carried out; each wait is told.
//   - What went wrong has a type: [StatusError], [AnswerError], [RedirectError], [UnreachableError]. [MayHaveHappened] tells whether the
//     call may have been carried out all the same.
//
// What an answer's bytes do to a terminal is for the one who shows them to prevent.
package vidiking
