package editor

// escape is 0 because a backslash is part of a path.
const escape = 0

// defaultsNeedTerminal tells that the default editors open their own windows.
const defaultsNeedTerminal = false

// defaults lists the editors to try if none is configured.
func defaults() []string { return []string{"notepad"} }
