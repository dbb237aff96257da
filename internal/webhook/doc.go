// Package webhook defines the nouns of the program: event, payload, delivery, attempt, verdict, status, header, secret.
//
// It also enforces their laws: a status is a function of attempts, and a secret never prints itself. It knows nothing of
// networks, disks or terminals, so every other package can use it.
package webhook
