package webhookscmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// waitOptions are the arguments and flags of `webhooks wait`.
type waitOptions struct {
	listen.WaitOptions

	since  string
	filter string
}

// sinceStart is the value of --since that means the start of the running listen.
const sinceStart = "start"

func newWaitCommand(a *cmdutil.App) *cobra.Command {
	o := &waitOptions{}
	cmd := &cobra.Command{
		Use:   "wait EVENT…",
		Short: "Wait until events are received and delivered",
		Long: `Wait until events have been received and your handler has accepted them. Use it in tests whose listen runs in another process. It reads
the delivery log and also counts earlier deliveries.

By default, deliveries count from the start of the running listen (if there are several, the one that trigger would use). If none is
running, they count from the first delivery of the last listen. The first N deliveries of each event count. Rejected and skipped deliveries
don't count, and a replay counts as the delivery it repeats. The command waits for held deliveries and for retries.`,
		Example: `  vidiking webhooks wait render.complete
  vidiking webhooks wait render.queued render.complete --within 30s
  vidiking webhooks wait 'render.*' --count 3 --since 10m
  vidiking webhooks wait render.complete --filter about:job_5tq8wd
  vidiking webhooks wait render.complete --within 0s`,
		Annotations: cmdutil.Manual{
			Exits: `0 the events were received and delivered
1 the command failed
2 usage or configuration error
3 a handler refused a delivery, or could not be reached
5 the events were not received in time`,
			SeeAlso: "listen, trigger, webhooks list",
		}.Annotations(),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return cmdutil.CompleteLoggedEvents(a, cmd, args, typed)
		},
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Events = args
			if err := CheckWait(&o.WaitOptions); err != nil {
				return err
			}
			return runWait(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *waitOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.since, "since", sinceStart, "count deliveries received since `TIME`: start, or as in 1h, 14:03, today or 2026-03-02")
	f.IntVar(&o.Count, "count", 1, "wait for `N` deliveries of each event")
	f.DurationVar(&o.Within, "within", time.Minute, "time limit, a `DURATION` (default 60s); 0s checks once")
	f.StringVar(&o.filter, "filter", "", "count only deliveries that match this `FILTER`, such as about:job_a (vidiking help filter)")
	_ = cmd.RegisterFlagCompletionFunc("filter", cmdutil.CompleteFilter)
	_ = cmd.RegisterFlagCompletionFunc("since", cobra.FixedCompletions(append([]string{sinceStart}, filter.TimeSuggestions()...), cobra.ShellCompDirectiveNoFileComp))
}

// CheckWait validates the options and removes duplicate events.
func CheckWait(o *listen.WaitOptions) error {
	switch {
	case len(o.Events) == 0:
		return cmdutil.Usage("webhooks wait needs an event", "for example: vidiking webhooks wait render.complete", "list all events: vidiking trigger --list")
	case o.Count < 1:
		return cmdutil.Usage(fmt.Sprintf("invalid --count %d: it must be at least 1", o.Count), "for example: --count 3")
	case o.Within < 0:
		return cmdutil.Usage(fmt.Sprintf("invalid --within %s: it cannot be negative", o.Within), "0s checks once")
	}
	for _, e := range o.Events {
		if e == "" {
			return cmdutil.Usage("an event name cannot be empty", "for example: vidiking webhooks wait render.complete")
		}
	}
	slices.Sort(o.Events)
	o.Events = slices.Compact(o.Events)
	return nil
}

func runWait(ctx context.Context, a *cmdutil.App, o *waitOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	o.FilterText = o.filter
	if o.Filter, err = filter.Parse(o.filter, a.Env.Now(), a.Env.Location); err != nil {
		return err
	}
	w := &listen.Waiter{WaitOptions: o.WaitOptions, Printer: output.New(out)}
	w.Open = func(ctx context.Context, w *listen.Waiter) error { return openForWait(ctx, a, o, w) }
	cmdutil.WarnUnknownEvents(w.Printer, "wait", o.Events)
	if o.since != sinceStart {
		if w.Since, err = cmdutil.ParseWhen(a, "--since", o.since); err != nil {
			return err
		}
		w.From = "since " + clockOf(a, w.Since)
	}
	defer w.Close()
	result, err := w.Wait(ctx)
	if err != nil {
		return err
	}
	return printWait(ctx, w, result)
}

// openForWait opens the log if it exists by now. For --since start, it also sets the time from which deliveries count.
func openForWait(ctx context.Context, a *cmdutil.App, o *waitOptions, w *listen.Waiter) error {
	r, err := cmdutil.OpenReader(ctx, a)
	if errors.Is(err, store.ErrNoLog) {
		return nil
	}
	if err == nil && o.since == sinceStart {
		w.Since, w.From, err = listenStart(ctx, a, r)
	}
	if err != nil {
		if r != nil {
			_ = r.Close()
		}
		return err
	}
	w.Reader = r
	return nil
}

// printWait prints the deliveries that counted and the result, and returns the error that the command ends with.
func printWait(ctx context.Context, w *listen.Waiter, result listen.Result) error {
	report, err := w.Report(ctx, result)
	if err != nil {
		return err
	}
	rows := w.Counted()
	if len(rows) > 0 {
		w.Printer.Head()
	}
	w.Printer.Batch(func() {
		for _, s := range rows {
			w.Printer.Row(s)
		}
	})
	return w.Print(result, report)
}

// listenStart returns the time when listen started, and a description of it.
func listenStart(ctx context.Context, a *cmdutil.App, r *store.Reader) (at time.Time, from string, err error) {
	dir, err := a.DataDir()
	if err != nil {
		return at, "", err
	}
	live, err := session.Live(dir)
	if err != nil {
		return at, "", err
	}
	if s, ok := cmdutil.Choose(a, live); ok {
		at = s.StartedAt.Truncate(time.Millisecond) // the precision of times in the log
		return at, "since " + clockOf(a, at) + ", when listen began", nil
	}
	at, ok, err := r.LastSession(ctx)
	if !ok {
		return time.Time{}, "since the log began", err
	}
	return at, "since " + clockOf(a, at) + ", when the last listen received its first delivery", nil
}

// clockOf formats a time as --since accepts it.
func clockOf(a *cmdutil.App, t time.Time) string {
	return display.WhenArgument(t, a.Env.Now(), display.Style{Location: a.Env.Location})
}
