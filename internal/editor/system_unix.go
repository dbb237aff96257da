//go:build !windows

package editor

// escape makes the next character of an editor's value stand for itself, as in a shell.
const escape = '\\'

// defaultsNeedTerminal says that the editors of defaults draw on the terminal.
const defaultsNeedTerminal = true

// defaults are the editors to try where none is named: POSIX has vi; the smallest images have neither.
func defaults() []string { return []string{"vi", "nano"} }
