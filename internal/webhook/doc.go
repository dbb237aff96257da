// Package webhook holds the nouns of the program: event, payload, delivery, attempt, verdict, status, header, secret.
//
// It knows the words and the laws between them (a status is a function of attempts, a secret never prints itself) and nothing
// of networks, disks or terminals. It imports the standard library only, so that every other package can speak of the same
// things without knowing each other.
package webhook
