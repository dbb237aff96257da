// Package jsontext works on JSON as text: bytes that must keep their white space, key order, number spelling and escapes, because a
// signature depends on them. It imports nothing of this program.
//
//   - Scanner reads one token after the other, with offsets, and explains what it expected when the text is not JSON (RFC 8259).
//   - Object reads and edits the values of a JSON object by path, and keeps everything else unchanged.
//   - Document re-serializes a text as Node, Python, Go, PHP and Ruby do.
//
// A text may be nested up to MaxDepth levels, as in encoding/json. No function recurses into a text that has not been checked.
package jsontext
