package dispatch

import "net"

// canCheckQuiet is false: Windows can't read from a socket without waiting. http.Transport, which always waits for data in a goroutine,
// sends all deliveries there.
const canCheckQuiet = false

func isQuiet(net.Conn) bool { return false }
