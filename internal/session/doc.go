// Package session announces a running `listen` to the other commands, and finds those that run.
//
// An announced session is one 0600 JSON file in the data directory, with a lock beside it that the operating system holds for as
// long as the process lives: a killed `listen` frees it, whatever its file still says. The file names the loopback ingress and a
// random token. Who can read the file may speak through the session: with the token in SenderHeader, `trigger` and `replay` tell
// the ingress where a delivery comes from. The webhook secret is never in it.
package session
