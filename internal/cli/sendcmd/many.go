package sendcmd

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// manyOptions is what the flags of `trigger` say about sending many.
type manyOptions struct {
	count       int
	counted     bool // --count was given, so there is a summary and no rows
	rate        float64
	concurrency int
	lowered     cmdutil.Concurrency // concurrency, as far as the limit of open files allows
	yes         bool
	junit       string
}

func (m *manyOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&m.count, "count", 1, "send it `N` times, each with ids of its own, and sum up what came")
	f.Float64Var(&m.rate, "rate", 0, "send `R` a second, whether or not those before are answered (with --count)")
	f.IntVar(&m.concurrency, "concurrency", 0, "at most `C` at once (with --count; default 1, with --rate 64)")
	f.BoolVarP(&m.yes, "yes", "y", false, "send many, or chaos, to a host that is neither this machine nor in a private network, too")
	f.StringVar(&m.junit, "junit", "", "write a JUnit report to this `FILE`, a test for each sending")
	_ = cmd.MarkFlagFilename("junit", "xml")
}

// Bounds and defaults of --rate and --concurrency.
const (
	maxRate        = 100_000 // more than one process sends
	maxConcurrency = 256     // so many connections are kept open; beyond that each would be a new one
	openLoop       = 64      // at a rate: enough for 500 a second at 100 ms each
)

func (m *manyOptions) Read(flags *pflag.FlagSet) error {
	m.counted = flags.Changed("count")
	switch {
	case m.counted && m.count < 1:
		return cmdutil.Usage(fmt.Sprintf("--count %d sends nothing", m.count), "as in --count 100")
	case !m.counted && flags.Changed("rate"):
		return cmdutil.Usage("--rate without --count sends one", "as in --count 5000 --rate 500")
	case !m.counted && flags.Changed("concurrency"):
		return cmdutil.Usage("--concurrency without --count sends one", "as in --count 5000 --concurrency 16")
	case flags.Changed("rate") && !(m.rate > 0 && m.rate <= maxRate): // NaN is neither
		return cmdutil.Usage(fmt.Sprintf("--rate can't be %v", m.rate), fmt.Sprintf("how many a second, up to %s; 0.5 is one each 2 s", display.Count(maxRate)))
	case flags.Changed("concurrency") && (m.concurrency < 1 || m.concurrency > maxConcurrency):
		return cmdutil.Usage(fmt.Sprintf("--concurrency can't be %d", m.concurrency), fmt.Sprintf("how many at once, 1 to %d", maxConcurrency))
	}
	if m.concurrency == 0 {
		m.concurrency = 1
		if m.rate > 0 {
			m.concurrency = openLoop
		}
	}
	files := cmdutil.OpenFileLimit()
	m.lowered = cmdutil.LimitConcurrency(m.concurrency, files, files-cmdutil.ReservedFiles)
	m.concurrency = m.lowered.Max
	return nil
}

// checkReach refuses to send many, or chaos, to a host that is not the user's own, unless they said that it may be.
func checkReach(ctx context.Context, o *TriggerOptions, routes []relay.Route) error {
	if o.many.yes || !o.many.counted && o.chaos.text == "" {
		return nil
	}
	for _, r := range routes {
		if err := checkOwn(ctx, r.Target); err != nil {
			return err
		}
	}
	return nil
}

func checkOwn(ctx context.Context, t dispatch.Target) error {
	own, err := t.IsPrivate(ctx, net.DefaultResolver.LookupNetIP)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		f := cmdutil.Usage(t.Host()+" can't be looked up, so that it may be anywhere", "to send there all the same: --yes")
		f.Cause = err
		return f
	case !own:
		return cmdutil.Usage(t.Host()+" is neither this machine nor in a private network", "to send there all the same: --yes")
	}
	return nil
}
