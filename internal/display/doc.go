// Package display makes what a terminal shows out of what the log holds: rows, the handler's words, hints, headers, payloads.
//
// It is pure: values in, text out; no stream, clock or environment. What it promises:
//
//   - Outside text (a body, a header, an answer) is harmless once it has been through here: no escape sequence, control,
//     bidirectional or invisible character is left, and none is dropped silently. See [Clean].
//   - What it is asked to fit into a width does not take more cells than that on any terminal, see [Width]; columns align.
//   - It says what part of a line means by a [Role]. It knows no colours: package output turns roles into the colours of a
//     terminal, the screen of `watch` into its own.
//
// Streams, the order of lines and when a hint was said already are left to the callers.
package display
