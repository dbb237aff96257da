package store

import "syscall"

// errDiskQuota is ERROR_DISK_QUOTA_EXCEEDED, which the syscall package does not name (Windows: System Error Codes).
const errDiskQuota = syscall.Errno(1295)
