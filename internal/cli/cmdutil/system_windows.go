package cmdutil

import "math"

// OpenFileLimit returns no limit, because Windows has none for sockets.
func OpenFileLimit() int { return math.MaxInt }
