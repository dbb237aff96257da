//go:build !linux && !windows

package process

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// lsofTimeout limits a run of lsof, which can hang on a network file system.
const lsofTimeout = 5 * time.Second

// FindHolder returns the process that listens on a TCP port, if lsof is installed.
func FindHolder(ctx context.Context, port int) (h Holder, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, lsofTimeout)
	defer cancel()
	// One field per line: p and the process id, then c and the name (lsof(8), OUTPUT FOR OTHER PROGRAMS).
	text, err := exec.CommandContext(ctx, "lsof", "-nP", "-iTCP:"+strconv.Itoa(port), "-sTCP:LISTEN", "-Fpc").Output()
	if err != nil {
		return Holder{}, false
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "p"):
			h.PID, err = strconv.Atoi(line[1:])
		case strings.HasPrefix(line, "c"):
			h.Name = line[1:]
			return h, err == nil
		}
	}
	return Holder{}, false
}
