//go:build unix

package store

import "syscall"

// errDiskQuota is what a write gives where the user's share of the disk is used up.
const errDiskQuota = syscall.EDQUOT
