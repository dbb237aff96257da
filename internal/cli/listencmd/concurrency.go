package listencmd

import (
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
)

// limitSends applies --max-concurrency. It divides the limit of open files between requests to targets and connections from senders.
func (o *listenOptions) limitSends(cfg *config.Config, openFiles int) {
	spare, targets := openFiles-cmdutil.ReservedFiles, cmdutil.CountTargets(o.handler.Routes)
	o.concurrency = cmdutil.LimitConcurrency(cfg.Number(config.MaxConcurrency), openFiles, spare/2/targets)
	o.concurrencyGiven = cfg.Source(config.MaxConcurrency) != config.SourceDefault
	o.handler.MaxConcurrency = o.concurrency.Max
	o.ingress.Connections = max(1, spare-cmdutil.FilesPerSend*targets*o.concurrency.Max)
}
