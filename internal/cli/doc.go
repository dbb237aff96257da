// Package cli has the root command, the help, and the commands without a group. Its sub-packages have one group of commands each; they share
// cmdutil. The commands read arguments and settings, connect the parts of the program, and turn errors into messages, hints and exit codes.
// Nothing below this package knows Cobra, and nothing in it reaches outside the program except through Environment.
package cli
