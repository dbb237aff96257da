//go:build unix

package atomicfile

import "syscall"

// nonBlock lets the open of a pipe return without waiting for the other end.
const nonBlock = syscall.O_NONBLOCK
