package process

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// FindHolder returns the process that listens on a TCP port. It does not find processes of other users.
func FindHolder(_ context.Context, port int) (Holder, bool) {
	sockets := map[string]bool{} // as /proc/PID/fd shows them
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		for _, inode := range listeningInodes(table, port) {
			sockets["socket:["+inode+"]"] = true
		}
	}
	if len(sockets) == 0 {
		return Holder{}, false
	}
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is valid
	for _, file := range files {
		if to, err := os.Readlink(file); err != nil || !sockets[to] {
			continue
		}
		dir := filepath.Dir(filepath.Dir(file))
		pid, err := strconv.Atoi(filepath.Base(dir))
		name, nameErr := os.ReadFile(filepath.Join(dir, "comm"))
		if err == nil && nameErr == nil {
			return Holder{pid, strings.TrimSpace(string(name))}, true
		}
	}
	return Holder{}, false
}

// listeningInodes returns the inodes of the sockets that listen on a port, from a table such as /proc/net/tcp (proc_pid_net(5)).
func listeningInodes(table string, port int) (inodes []string) {
	f, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	const listening = "0A"
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != listening {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if n, err := strconv.ParseUint(hex, 16, 16); err == nil && int(n) == port {
			inodes = append(inodes, fields[9])
		}
	}
	return inodes
}
