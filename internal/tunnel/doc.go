// Package tunnel opens the way in: by ngrok, by a server that forwards over SSH, or from this machine alone.
//
// Each way is a [Tunnel]: a listener, the public URL that leads to it, and a stream of states. Who serves the listener does not know
// which way it is.
//
// The package promises:
//
//   - [Ready] is honest: a request through the public URL has come back to this process before it is said, at the start and after
//     every gap ([Proof]).
//   - What can't get better ends: a refused token, a URL that is taken, a limit of the plan, a changed host key are an [*Error], at once.
//     Everything else is tried again, with growing pauses that chance spreads.
//   - A gap is noticed: by the service's own heartbeat, by a clock that jumped while the machine slept, by an address that the machine
//     has no more.
//   - Tokens are in no error, whatever the service repeats.
//
// Where tokens and keys are found is here; where they are configured is config's. What is said to people is the caller's.
package tunnel
