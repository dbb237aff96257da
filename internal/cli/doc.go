// Package cli is the command line: a file for each command, and for each idea that is larger than one. It reads arguments and settings,
// wires the parts together, and turns what they say into words, hints and exit codes. Nothing below it knows Cobra, and nothing in it
// touches the real world but through World.
package cli
