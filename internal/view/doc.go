// Package view defines what a live view needs: pages of the delivery log, counts and changes, the state of the running listen, and
// actions on deliveries. The terminal screen is built on it; a web page can be.
package view
