// Package dialect writes a JSON text again as other programs write what they have parsed: Node, Python, Go, PHP and Ruby, each by its
// default and with the options that people use.
//
// Whoever parses a body and writes it again changes its bytes, each in their own way: white space, the order of keys, how slashes and
// non-ASCII characters stand in a string, how a number is written. A signature over the one does not fit the other. The package makes
// the other from the one.
//
// It promises to read a text once, to write each form as a stream, and to need no more memory for it than an index of the text, which
// is bounded. How many forms to make, and what to do with them, it leaves to others.
package dialect
