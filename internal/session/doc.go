// Package session announces a running `listen` to other commands and finds running ones.
//
// An announced session is a 0600 JSON file in the data directory, with a lock file next to it. The operating system holds the lock while
// the process lives, so killing `listen` releases it, even if the session file remains. The file contains the loopback ingress and a random
// token, but never the webhook secret. Anyone who can read the file may send through the session: with the token in SenderHeader, `trigger`
// and `replay` tell the ingress where a delivery comes from.
package session
