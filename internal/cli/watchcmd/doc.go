// Package watchcmd has `watch`, and what its screen and that of `listen --tui` do with deliveries.
package watchcmd
