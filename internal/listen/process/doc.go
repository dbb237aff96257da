// Package process starts programs that end with this one, together with the processes that they start. It also finds the process that
// listens on a port.
package process
