// Package listencmd provides the listen command.
package listencmd
