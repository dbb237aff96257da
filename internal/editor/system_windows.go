package editor

// escape is none: a backslash is part of a path.
const escape = 0

// defaultsNeedTerminal says that the editors of defaults have windows of their own.
const defaultsNeedTerminal = false

// defaults are the editors to try where none is named.
func defaults() []string { return []string{"notepad"} }
