package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Facts that Linux provides about running processes. On other systems they are unknown.

// peakMemory returns the peak resident memory of a process in bytes.
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

// cpuTime returns the processor time that a process has used; 0 if unknown.
func cpuTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every architecture that Go supports
	// The fields after the name, which may contain any character: proc_pid_stat(5) numbers utime 14, stime 15 and the state 3.
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
