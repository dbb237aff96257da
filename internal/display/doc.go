// Package display lays out deliveries for a terminal: rows, responses, hints, headers and payloads.
//
// It is pure: values in, text out. It uses no streams, clock or environment. It guarantees:
//
//   - Outside text (a body, a header, a response) is safe: Clean replaces all escape sequences and all control, bidirectional
//     and invisible characters with visible marks. See [Clean].
//   - Text that is fitted to a width takes at most that many cells on any terminal, and columns align. See [Width].
//   - A [Role] says what a part of a line means. This package knows no colors: package output maps roles to terminal colors, and
//     the screen of `watch` to its own.
//
// Callers handle streams, the order of lines, and which hints were already printed.
package display
