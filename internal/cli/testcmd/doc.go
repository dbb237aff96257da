// Package testcmd has the command test.
package testcmd
