//go:build !windows

package editor

// escape makes the next character of VISUAL and EDITOR literal, as in a shell.
const escape = '\\'

// defaultsNeedTerminal tells that the default editors run in the terminal.
const defaultsNeedTerminal = true

// defaults lists the editors to try if none is configured. POSIX requires vi; minimal images have neither.
func defaults() []string { return []string{"vi", "nano"} }
