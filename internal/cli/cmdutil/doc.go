// Package cmdutil holds the tools that commands share: the App with its environment, configuration and output; errors with hints and exit
// codes; flag values; completion.
package cmdutil
