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

	since string
}

// sinceStart is the value of --since that means the start of the running listen.
const sinceStart = "start"

func newWaitCommand(a *cmdutil.App) *cobra.Command {
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
		Annotations: cmdutil.Manual{
			Exits: `0 they came, and were delivered
1 it failed
2 it was called or configured wrongly
3 a handler refused one of them, or could not be reached
5 they did not come in time`,
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
	f.StringVar(&o.since, "since", sinceStart, "count what was received since `WHEN`: start, or as in 1h, 14:03, today or 2026-03-02")
	f.IntVar(&o.Count, "count", 1, "wait for `N` of each event")
	f.DurationVar(&o.Within, "within", time.Minute, "wait no longer than `DURATION` (default 60s); 0s looks once")
	_ = cmd.RegisterFlagCompletionFunc("since", cobra.FixedCompletions(append([]string{sinceStart}, filter.TimeSuggestions()...), cobra.ShellCompDirectiveNoFileComp))
}

// CheckWait checks what to wait for, and removes duplicate events.
func CheckWait(o *listen.WaitOptions) error {
	switch {
	case len(o.Events) == 0:
		return cmdutil.Usage("which event?", "vidiking webhooks wait render.complete", "all events: vidiking trigger --list")
	case o.Count < 1:
		return cmdutil.Usage(fmt.Sprintf("--count %d waits for nothing", o.Count), "as in --count 3")
	case o.Within < 0:
		return cmdutil.Usage(fmt.Sprintf("--within %s is less than nothing", o.Within), "0s looks once")
	}
	for _, e := range o.Events {
		if e == "" {
			return cmdutil.Usage("an event's name can't be empty", "as in vidiking webhooks wait render.complete")
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

// openForWait opens the log if there is one by now. Without --since, it also finds out since when deliveries count.
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

// listenStart returns when the listen started, also in words.
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
	return display.WhenArgument(t, a.W.Now(), display.Style{Location: a.W.Location})
}
