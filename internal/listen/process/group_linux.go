package process

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// bindToParent makes the kernel send the program SIGTERM when this process ends for any reason.
func bindToParent(cmd *exec.Cmd) { attributes(cmd).Pdeathsig = syscall.SIGTERM }

// isGroupAlive reports whether a process group has a process other than zombies. In a container whose first process does not reap
// orphans, zombies stay forever.
func isGroupAlive(id int) bool {
	if syscall.Kill(-id, 0) != nil {
		return false
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return true
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		if state, group, ok := readStat(e.Name()); ok && group == id && state != "Z" && state != "X" {
			return true
		}
	}
	return false
}

// readStat returns the state and the process group of a process (proc_pid_stat(5)).
func readStat(pid string) (state string, group int, ok bool) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return "", 0, false
	}
	// The name, in parentheses, may contain anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 3 {
		return "", 0, false
	}
	group, err = strconv.Atoi(fields[2])
	return fields[0], group, err == nil
}
