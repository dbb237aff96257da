// Package relay is what every delivery goes through: verify, record, forward, record the attempt, answer.
//
// Relay is that tail. A sender without a listener (`trigger`, `replay`) hands it a delivery directly; Ingress puts an HTTP server in
// front of it for `listen`. It promises that a delivery is in the log before anything is sent or answered, that the body and the
// header reach the handler as they came, and that nothing that looks on (a terminal, a pipe) can hold a delivery up: views read the
// log. What the log, the sender and the signature check do inside is left to them.
package relay
