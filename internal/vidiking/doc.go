// Package vidiking is a client of Vidiking's API. It makes all of this program's calls to the provider.
//
// It uses only what the provider documents. Guarantees:
//
//   - The API key is sent only to the configured host, over TLS, or over plain http to this machine. Redirects are not followed.
//   - Errors never contain the key or a request's secrets, even if the server sends them back.
//   - Every call ends: each attempt has a timeout, and responses are read up to a limit.
//   - A call is repeated only after a rate limit response (429), which means that it was not carried out. Each wait is reported.
//   - Every failure has a type: [StatusError], [ResponseError], [RedirectError], [UnreachableError]. [OutcomeUnknown] tells whether the
//     call may have been carried out.
//
// Callers must sanitize response text before they print it to a terminal.
package vidiking
