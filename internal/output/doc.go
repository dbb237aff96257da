// Package output says things: as text for people, or as JSON, one object a line, for machines.
//
// The voice. Data goes to stdout: ready, deliveries, attempts, summaries, lists. Hints, errors, prompts and closing lines go to
// stderr. An error is one line "error: what failed" and, aligned under it, "hint:  what to do"; lower case, no full stop. Everything
// else is sentences with a full stop, or rows and labels without one. A command to run ends its line. Colour means something and
// never stands alone: a glyph and a word stand beside it. Where stdout is not a terminal there is no colour and no cut, columns are
// parted by tabs, and a handler's words go to stderr, so that what is piped is a clean table.
//
// It is the only package that knows a colour library. What a delivery looks like is display's; this package puts it on a stream.
package output
