package cli

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

const (
	// reservedFiles is how many open files the program needs besides its connections: the delivery log with its readers, streams, a
	// tunnel, a command. An idle listen has about 20.
	reservedFiles = 48
	// filesPerSend is how many sockets one send may need: localhost is tried at two addresses, and a connection is kept for the next.
	filesPerSend = 2
)

// concurrency is a number of sends at once, lowered to what the limit of open files allows.
type concurrency struct {
	asked, max int
	files      int // the limit of open files that lowered it; 0 if none did
}

func limitConcurrency(asked, openFiles, spareFiles int) concurrency {
	if most := max(1, spareFiles/filesPerSend); most < asked {
		return concurrency{asked: asked, max: most, files: openFiles}
	}
	return concurrency{asked: asked, max: asked}
}

// notice says that the number was lowered.
func (c concurrency) notice() output.Notice {
	return output.Notice{
		Code:    "concurrency_lowered",
		Message: fmt.Sprintf("Sending at most %d deliveries at once, not %d: this process may open only %d files.", c.max, c.asked, c.files),
		Details: []string{"Raise the limit: ulimit -n 1024"},
	}
}

// limitSends takes --max-concurrency, and shares the open files between sends to the targets and connections to listen.
func (o *listenOptions) limitSends(cfg *config.Config, openFiles int) {
	spare, targets := openFiles-reservedFiles, countTargets(o.routes)
	o.concurrency = limitConcurrency(cfg.Number(config.MaxConcurrency), openFiles, spare/2/targets)
	o.concurrencyGiven = cfg.Source(config.MaxConcurrency) != config.SourceDefault
	o.connections = max(1, spare-filesPerSend*targets*o.concurrency.max)
}

// countTargets counts the targets of the routes, each once.
func countTargets(routes []relay.Route) int {
	targets := map[string]bool{}
	for _, r := range routes {
		targets[r.Target.String()] = true
	}
	return len(targets)
}
