// Package cli is the command line: one file a command. It reads arguments and settings, wires the parts together, and turns what
// they say into words, hints and exit codes. Nothing below it knows Cobra, and nothing in it touches the real world but through
// World.
package cli
