// Package output prints results as text for people, or as JSON with one object per line for programs.
//
// Data goes to stdout: the ready block, deliveries, attempts, summaries and lists. Hints, errors, prompts and closing
// lines go to stderr. An error is one line "error: what failed", followed by "hint: what to do" with aligned text; both
// are lower case without a period. All other text is either sentences with a period, or rows and labels without one. A
// suggested command ends its line. Color is never the only signal: a glyph and a word go with it. If stdout is not a
// terminal, there is no color and no truncation. The rows of deliveries are then lines of a log, with the date and the
// full id, and responses of handlers go to stderr, below their row; lists for programs are separated by tabs.
//
// This is the only package that imports a color library. Package display lays out deliveries; this package writes them
// to a stream.
package output
