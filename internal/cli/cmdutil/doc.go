// Package cmdutil is what commands share: the App with its streams, configuration, secret and output; errors that carry their hint and exit
// code; flag values; completion.
package cmdutil
