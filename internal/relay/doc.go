// Package relay receives deliveries: it verifies, records and forwards each one, records the attempt, and responds to the sender.
//
// Relay does this for a single delivery. Senders in this process (`trigger` and `replay` without a `listen`) call it directly; `listen`
// puts an HTTP server, Ingress, in front of it. A delivery is in the log before it is forwarded or acknowledged. Its body and header reach
// the handler unchanged. Views read the log, so a slow terminal or a closed pipe cannot delay a delivery.
//
// Files call down in this order: server.go and ingress.go (HTTP), relay.go (entry points), record.go, forward.go, settle.go and resend.go
// (the steps of a delivery), upstream.go, hold.go, retry.go, handler.go, slots.go and order.go (the state of targets and jobs).
package relay
