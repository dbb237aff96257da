// Package relay receives deliveries: it verifies, records and forwards each one, records the attempt, and responds to the sender.
//
// Relay does this for a single delivery. Senders in this process (`trigger` and `replay` without a `listen`) call it directly; `listen`
// puts an HTTP server, Ingress, in front of it. A delivery is in the log before it is forwarded or acknowledged. Its body and header reach
// the handler unchanged. Views read the log, so a slow terminal or a closed pipe cannot delay a delivery.
package relay
