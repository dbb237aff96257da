// Package tunnel connects the internet to this machine: through ngrok, through a server that forwards over SSH, or not at all (local).
//
// Each provider implements [Tunnel]: a listener, the public URL that leads to it, and a stream of states. Code that serves the listener
// does not know which provider it uses.
//
// Guarantees:
//
//   - A tunnel reports [Ready] only after a request through the public URL has come back to this process, at startup and after every
//     outage (see [Verifier]).
//   - Permanent failures end the tunnel at once with an [*Error]: a rejected token, a URL in use, a plan limit, a changed host key.
//     Everything else is retried with increasing, randomized delays.
//   - Outages are noticed by the service's heartbeat, by a clock jump after the machine slept, and by a network address that disappears.
//   - No error contains a token, even if the service repeats it.
//
// This package finds tokens and keys in the files of other programs. Package config reads the program's own settings, and callers print
// all messages.
package tunnel
