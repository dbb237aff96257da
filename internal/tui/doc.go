// Package tui shows the delivery log live in a terminal: a list, the detail of one delivery, and actions on it. It is the only
// package that imports Bubble Tea.
//
// It keeps three promises:
//   - It never delays a delivery. It reads the log through view.Log like any other process, one window of rows around the cursor at a
//     time, so a log of 100,000 deliveries takes no more memory than one of 100.
//   - Nothing that arrives moves the row under the cursor. Results of outdated requests are dropped.
//   - Outside text reaches the terminal only through package display.
//
// The caller passes in Actions (replay, trigger, edit) and Tools (diagnosis, curl, diff). A tool that is nil has no key and no tab.
//
// Each component is a sub-package with its model and its view: list, detail, header, filterbar, actions and message. A component reads
// the log, handles its keys and messages, and returns its lines. This package places the lines and passes keys to the component that has
// the focus.
// Views are pure functions from the model to lines. Only package draw writes escape codes.
package tui
