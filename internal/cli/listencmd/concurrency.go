package listencmd

import (
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
)

// limitSends takes --max-concurrency, and shares the open files between sends to the targets and connections to listen.
func (o *listenOptions) limitSends(cfg *config.Config, openFiles int) {
	spare, targets := openFiles-cmdutil.ReservedFiles, cmdutil.CountTargets(o.routes)
	o.concurrency = cmdutil.LimitConcurrency(cfg.Number(config.MaxConcurrency), openFiles, spare/2/targets)
	o.concurrencyGiven = cfg.Source(config.MaxConcurrency) != config.SourceDefault
	o.connections = max(1, spare-cmdutil.FilesPerSend*targets*o.concurrency.Max)
}
