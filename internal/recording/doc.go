// Package recording is deliveries outside the log: as lines that can be read back without a loss (NDJSON), and in the forms that other
// tools read: HAR, .http files, a curl command. It also says in what two deliveries differ.
//
// It is pure: it reads from and writes to what it is handed, and has one delivery in memory at a time. Masking is asked for by the
// caller; what was masked says so in every form.
package recording
