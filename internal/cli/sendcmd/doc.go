// Package sendcmd has the commands trigger and replay.
package sendcmd
