// Package editor lets a user edit a body in an editor: it finds the editor ([Choose]), provides a private temporary file ([File]), and
// converts between the body and the edited text ([Draft]).
//
// A Draft works on text only. If the saved text is not valid JSON, the next round shows the error above the text that was typed. The
// caller starts the editor and hands it the terminal.
package editor
