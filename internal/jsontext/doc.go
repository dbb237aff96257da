// Package jsontext works on JSON as text: bytes that must keep their white space, key order, number spelling and escapes, because a
// signature depends on them. It imports nothing of this program.
//
//   - Scanner reads one token after the other, with offsets, and explains what it expected when the text is not JSON (RFC 8259).
//   - Object reads and edits the values of a JSON object by path, and leaves everything else as it was written.
//   - Document writes a text again as Node, Python, Go, PHP and Ruby would after parsing it.
//
// A text may be nested MaxDepth levels deep, as for encoding/json. No function recurses into a text that it has not checked.
package jsontext
