// Package recording converts deliveries to and from formats outside the log: NDJSON, which can be read back without loss, and HAR, .http
// files and curl commands for other tools. It also compares two deliveries.
//
// The package reads and writes only through its parameters, and has one delivery in memory at a time. Callers decide what to mask. Every
// format shows which values are masked.
package recording
