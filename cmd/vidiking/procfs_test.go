package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// What Linux tells of a process that is still running. Elsewhere all of it is not known.

// peakMemory is the most memory that a process has had resident, in bytes.
func peakMemory(pid int) (bytesResident float64, known bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, false
	}
	kilobytes, err := strconv.Atoi(fields[0])
	return float64(kilobytes) * 1024, err == nil
}

// cpuTime is the processor time that a process has taken so far; 0 where it is not known.
func cpuTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every architecture that Go runs on
	// The fields after the name, which may have anything in it: proc_pid_stat(5) numbers utime 14 and stime 15, and the state 3.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, errUser := strconv.Atoi(fields[14-3])
	system, errSystem := strconv.Atoi(fields[15-3])
	if errUser != nil || errSystem != nil {
		return 0
	}
	return time.Duration(user+system) * tick
}
