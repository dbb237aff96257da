package cmdutil

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

const (
	// ReservedFiles is how many open files the program needs besides its connections: the delivery log with its readers, streams, a
	// tunnel, a command. An idle listen has about 20.
	ReservedFiles = 48
	// FilesPerSend is how many sockets one send may need: localhost is tried at two addresses, and a connection is kept for the next.
	FilesPerSend = 2
)

// Concurrency is a number of sends at once, lowered to what the limit of open files allows.
type Concurrency struct {
	asked, Max int
	Files      int // the limit of open files that lowered it; 0 if none did
}

// LimitConcurrency lowers the limit of concurrent sends if the system allows fewer open files.
func LimitConcurrency(asked, openFiles, spareFiles int) Concurrency {
	if most := max(1, spareFiles/FilesPerSend); most < asked {
		return Concurrency{asked: asked, Max: most, Files: openFiles}
	}
	return Concurrency{asked: asked, Max: asked}
}

// Notice says that the number was lowered.
func (c Concurrency) Notice() output.Notice {
	return output.Notice{
		Code:    "concurrency_lowered",
		Message: fmt.Sprintf("Sending at most %d deliveries at once, not %d: this process may open only %d files.", c.Max, c.asked, c.Files),
		Details: []string{"Raise the limit: ulimit -n 1024"},
	}
}

// CountTargets counts the targets of the routes, each once.
func CountTargets(routes []relay.Route) int {
	targets := map[string]bool{}
	for _, r := range routes {
		targets[r.Target.String()] = true
	}
	return len(targets)
}
