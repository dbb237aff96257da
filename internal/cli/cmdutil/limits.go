package cmdutil

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

const (
	// ReservedFiles is the number of open files needed besides connections to handlers: for the delivery log and its readers, streams, a
	// tunnel and a child process. An idle listen has about 20.
	ReservedFiles = 48
	// FilesPerSend is the number of sockets that one send may need: localhost has two addresses, and one connection is kept for the next send.
	FilesPerSend = 2
)

// Concurrency is a limit of concurrent sends that respects the limit of open files.
type Concurrency struct {
	requested, Max int
	Files          int // the limit of open files that lowered Max; 0 if Max is as requested
}

// LimitConcurrency lowers the requested number of concurrent sends if the available files are too few.
func LimitConcurrency(requested, openFiles, availableFiles int) Concurrency {
	if limit := max(1, availableFiles/FilesPerSend); limit < requested {
		return Concurrency{requested: requested, Max: limit, Files: openFiles}
	}
	return Concurrency{requested: requested, Max: requested}
}

// Notice returns the notice that the number was lowered.
func (c Concurrency) Notice() output.Notice {
	return output.Notice{
		Code:    "concurrency_lowered",
		Message: fmt.Sprintf("Sending at most %d deliveries at once, not %d: this process may open only %d files.", c.Max, c.requested, c.Files),
		Details: []string{"Raise the limit: ulimit -n 1024"},
	}
}

// CountTargets returns the number of distinct targets of the routes.
func CountTargets(routes []relay.Route) int {
	targets := map[string]bool{}
	for _, r := range routes {
		targets[r.Target.String()] = true
	}
	return len(targets)
}
