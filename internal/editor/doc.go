// Package editor lets a person change a body in the editor of their choice: which program that is and how it is called
// ([Choose]), the private file in which the body stands meanwhile ([File]), and what the body is made of what they saved ([Draft]).
//
// A Draft is pure: text in, text out. It reopens with the fault where what was saved is not JSON, and keeps what was typed. Starting
// the program, and giving it the terminal, is left to the caller.
package editor
