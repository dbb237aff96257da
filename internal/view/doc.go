// Package view is what the screen reads and does: pages of the delivery log, counts and changes, the state of the running listen, and actions
// on deliveries. Other views, such as a web page, can be built on it.
package view
