// Package sendcmd has `trigger` and `replay`: destinations, batches, load runs and expectations.
package sendcmd
