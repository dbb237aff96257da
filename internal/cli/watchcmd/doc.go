// Package watchcmd has the command watch, and the actions that its screen shares with the screen of `listen --tui`.
package watchcmd
