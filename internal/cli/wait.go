package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// waitOptions is what the flags of `webhooks wait` say.
type waitOptions struct {
	events []string
	since  string
	count  int
	within time.Duration
}

// sinceStart is the --since that means the beginning of the listen.
const sinceStart = "start"

func (a *app) wait() *cobra.Command {
	o := &waitOptions{}
	cmd := &cobra.Command{
		Use:   "wait EVENT…",
		Short: "Wait until events came and were delivered",
		Long: `Waits until deliveries of an event came and your handler took them: the assertion of a test whose listen runs in another process.
It looks at the delivery log, so that it counts what came before, too.

--since start is when the running listen began (of several, the one that trigger would send through); where none runs, when the last
one received its first delivery. The first N of each event since then are what counts. What listen rejected or skipped did not come, and
a replay counts for what it repeats. What listen holds, or tries again, is waited for.`,
		Example: `  vidiking webhooks wait render.complete
  vidiking webhooks wait render.queued render.complete --within 30s
  vidiking webhooks wait 'render.*' --count 3 --since 10m
  vidiking webhooks wait render.complete --within 0s`,
		Annotations: manual{
			exits: `0 they came, and were delivered
1 it failed
2 it was called or configured wrongly
3 a handler refused one of them, or could not be reached
5 they did not come in time`,
			seeAlso: "listen, trigger, webhooks list",
		}.annotations(),
		ValidArgsFunction: a.completeLoggedEvents,
		Args:              cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.events = args
			if err := o.check(); err != nil {
				return err
			}
			return a.runWait(cmd.Context(), o)
		},
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *waitOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.since, "since", sinceStart, "count what was received since `WHEN`: start, or as in 1h, 14:03, today or 2026-03-02")
	f.IntVar(&o.count, "count", 1, "wait for `N` of each event")
	f.DurationVar(&o.within, "within", time.Minute, "wait no longer than `DURATION` (default 60s); 0s looks once")
	_ = cmd.RegisterFlagCompletionFunc("since", cobra.FixedCompletions(append([]string{sinceStart}, filter.Whens()...), cobra.ShellCompDirectiveNoFileComp))
}

func (o *waitOptions) check() error {
	switch {
	case len(o.events) == 0:
		return usage("which event?", "vidiking webhooks wait render.complete", "all events: vidiking trigger --list")
	case o.count < 1:
		return usage(fmt.Sprintf("--count %d waits for nothing", o.count), "as in --count 3")
	case o.within < 0:
		return usage(fmt.Sprintf("--within %s is less than nothing", o.within), "0s looks once")
	}
	for _, e := range o.events {
		if e == "" {
			return usage("an event's name can't be empty", "as in vidiking webhooks wait render.complete")
		}
	}
	slices.Sort(o.events)
	o.events = slices.Compact(o.events)
	return nil
}

func (a *app) runWait(ctx context.Context, o *waitOptions) error {
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	w := &waiting{app: a, o: o, printer: output.New(out)}
	warnUnknownEvents(w.printer, "wait", o.events)
	if o.since != sinceStart {
		if w.since, err = a.parseWhen("--since", o.since); err != nil {
			return err
		}
		w.from = "since " + a.clockOf(w.since)
	}
	defer func() {
		if w.reader != nil {
			_ = w.reader.Close()
		}
	}()
	result, err := w.until(ctx)
	if err != nil {
		return err
	}
	return w.end(ctx, result)
}

// listenStart is when the listen began, in words too.
func (a *app) listenStart(ctx context.Context, r *store.Reader) (at time.Time, from string, err error) {
	dir, err := a.dataDir()
	if err != nil {
		return at, "", err
	}
	live, err := session.Live(dir)
	if err != nil {
		return at, "", err
	}
	if s, ok := a.choose(live); ok {
		at = s.StartedAt.Truncate(time.Millisecond) // as the log has its times
		return at, "since " + a.clockOf(at) + ", when listen began", nil
	}
	at, ok, err := r.LastSession(ctx)
	if !ok {
		return time.Time{}, "since the log began", err
	}
	return at, "since " + a.clockOf(at) + ", when the last listen received its first delivery", nil
}

// clockOf is a time as --since takes it.
func (a *app) clockOf(t time.Time) string {
	return display.WhenArgument(t, a.w.Now(), display.Style{Location: a.w.Location})
}
