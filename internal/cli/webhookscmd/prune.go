package webhookscmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// pruneOptions is what the flags of `prune` say.
type pruneOptions struct {
	pick      cmdutil.Selection
	olderThan string
	keep      int // -1: none of them
	dryRun    bool
	yes       bool // remove every delivery without asking
}

func newPruneCommand(a *cmdutil.App) *cobra.Command {
	o := &pruneOptions{keep: -1}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove deliveries from the log, and give the space back",
		Long: `Removes deliveries from the log for good, and gives the space back to the disk. Of what is selected, --older-than leaves what is
younger, and --keep the newest so many. A running listen goes on, and what it is sending just now stays.

If no delivery would be left, prune asks first. Without a terminal it needs --yes.

The log looks after itself as well: it keeps 100,000 deliveries, 1 GiB, 30 days.`,
		Example: `  vidiking webhooks prune --older-than 7d --dry-run
  vidiking webhooks prune --keep 1000
  vidiking webhooks prune --status rejected --keep 0
  vidiking webhooks prune --keep 0 --yes`,
		Args: cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: older-than, keep, event, failed, filter, probes, search, since, status, until
What is done: dry-run, yes`,
			Exits: `0 done, also where nothing matches
1 the delivery log can't be read or written, or the question was answered with no
2 it was called or configured wrongly, or no delivery would be left and there is no terminal to ask at`,
			SeeAlso: "webhooks list, webhooks export",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("keep") && o.keep < 0 {
				return cmdutil.Usage(fmt.Sprintf("--keep %d is less than nothing", o.keep), "0 keeps none of them")
			}
			return runPrune(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *pruneOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.pick.AddFlags(cmd)
	f.StringVar(&o.olderThan, "older-than", "", "only what was received before `WHEN`, as in 7d, yesterday or 2026-03-02")
	f.IntVar(&o.keep, "keep", -1, "all but the newest `N` of them")
	f.Lookup("keep").DefValue = ""
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be removed, and remove nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "remove every delivery without asking")
	_ = cmd.RegisterFlagCompletionFunc("older-than", cobra.FixedCompletions([]string{"1d", "7d", "30d"}, cobra.ShellCompDirectiveNoFileComp))
}

func runPrune(ctx context.Context, a *cmdutil.App, o *pruneOptions) error {
	if !o.pick.IsSet() && o.olderThan == "" && o.keep < 0 {
		return cmdutil.Usage("which deliveries?", "what is older than a week: vidiking webhooks prune --older-than 7d",
			"all but the newest 1,000: vidiking webhooks prune --keep 1000")
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	pruned, err := selectPruned(ctx, a, o)
	if err != nil {
		return err
	}
	if len(pruned.rows) == 0 {
		p.ClosingLine("Nothing to remove: " + cmdutil.NoneOf(pruned.underWay))
		return nil
	}
	would := output.Pruned{Deliveries: len(pruned.rows), Projects: byProject(a, pruned.rows)}
	var ids []webhook.ID
	for _, s := range pruned.rows {
		would.BodyBytes += s.BodyBytes
		ids = append(ids, s.ID)
	}
	if o.dryRun {
		p.Batch(func() {
			for _, s := range pruned.rows {
				p.Row(s)
			}
		})
		if err := p.Err(); err != nil {
			return cmdutil.ClosedPipe(err)
		}
		return cmdutil.ClosedPipe(output.PrintPruneDryRun(out, would))
	}
	if err := confirmPrune(ctx, a, o, pruned); err != nil {
		return err
	}
	dir, err := a.DataDir()
	if err != nil {
		return err
	}
	done, err := store.Prune(ctx, dir, ids)
	if errors.Is(err, store.ErrFull) {
		return cmdutil.Failed(err, "the disk is full, and there is no room left to remove deliveries in", "free 1 MB on that disk, then try again")
	}
	if err != nil {
		return err
	}
	return cmdutil.ClosedPipe(output.PrintPruned(out, output.Pruned{
		Deliveries: done.Deliveries, Projects: would.Projects, BodyBytes: would.BodyBytes, Freed: done.Freed,
	}))
}

// prunedRows is what a prune removes.
type prunedRows struct {
	rows     []webhook.Summary // the oldest first
	underWay int               // selected, but a running listen is still to send them
	all      bool              // no other delivery is in the log
}

// confirmPrune asks before a prune that leaves no delivery behind.
func confirmPrune(ctx context.Context, a *cmdutil.App, o *pruneOptions, pruned prunedRows) error {
	if !pruned.all || o.yes {
		return nil
	}
	every := "the only delivery in the log"
	if n := len(pruned.rows); n > 1 {
		every = "all " + display.Deliveries(n) + " in the log" + byProject(a, pruned.rows)
	}
	if !a.W.StdinTerminal {
		return cmdutil.Usage("this removes "+every, "without a terminal to ask at, add --yes; look first: --dry-run")
	}
	ok, err := cmdutil.Confirm(ctx, a, "Remove "+every+"?")
	if err == nil && !ok {
		err = cmdutil.Declined(a)
	}
	return err
}

// byProject says in brackets how many of the deliveries belong to which project, unless it is one.
func byProject(a *cmdutil.App, rows []webhook.Summary) string {
	n := map[string]int{}
	for _, s := range rows {
		n[s.Project]++
	}
	if len(n) < 2 {
		return ""
	}
	var parts []string
	for _, project := range slices.Sorted(maps.Keys(n)) {
		name := "no known project"
		if project != "" {
			name = display.Clean(a.Cfg.ShortPath(project))
		}
		parts = append(parts, display.Count(n[project])+" of "+name)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// selectPruned returns the deliveries that the flags select, without those that a running listen is still to send.
func selectPruned(ctx context.Context, a *cmdutil.App, o *pruneOptions) (prunedRows, error) {
	q, err := o.pick.Query(a)
	if err != nil {
		return prunedRows{}, err
	}
	before, err := cmdutil.ParseWhen(a, "--older-than", o.olderThan)
	if err != nil {
		return prunedRows{}, err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	if errors.Is(err, store.ErrNoLog) {
		return prunedRows{}, nil
	}
	if err != nil {
		return prunedRows{}, err
	}
	defer func() { _ = r.Close() }()
	q.Probes = true
	total, err := r.Count(ctx, store.Query{Probes: true}) // before the list: a delivery that arrives in between must not prevent the question
	if err != nil {
		return prunedRows{}, err
	}
	rows, err := r.List(ctx, q)
	if err != nil {
		return prunedRows{}, err
	}
	rows = rows[:max(0, len(rows)-max(0, o.keep))]
	if !before.IsZero() {
		young := len(rows)
		for young > 0 && !rows[young-1].ReceivedAt.Before(before) {
			young--
		}
		rows = rows[:young]
	}
	all := len(rows) >= total
	rows, underWay, err := cmdutil.WithoutUnderWay(ctx, a, r, rows)
	return prunedRows{rows, underWay, all}, err
}
