// Package tui shows the delivery log live in a terminal: a list, the detail of one delivery, and what can be done with it. It is the
// only package that knows Bubble Tea.
//
// It promises three things. It never stands in the way of a delivery: it reads the log like any other process, through a Log, in
// windows of rows around the cursor, so that a log of 100,000 takes no more memory than one of 100. It keeps still under the hand:
// nothing that arrives moves the row under the cursor, and what was asked and answered too late is dropped. And text from outside
// reaches the terminal through package display alone.
//
// What it does with deliveries (send again, trigger, edit) and what it says about them (diagnosis, curl, difference) is handed in by
// the caller as Actions and Tools. A tool that is not there has no key and no tab.
//
// One file a concern: model and update, keys, the list, each tab of the detail, the bars, the overlays. Views are pure functions from
// the model to lines; paint.go alone knows escape codes.
package tui
