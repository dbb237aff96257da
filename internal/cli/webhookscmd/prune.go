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

// pruneOptions are the flags of `prune`.
type pruneOptions struct {
	selection cmdutil.Selection
	olderThan string
	keep      int // -1 if not given
	dryRun    bool
	yes       bool // delete all deliveries without asking
}

func newPruneCommand(a *cmdutil.App) *cobra.Command {
	o := &pruneOptions{keep: -1}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Delete deliveries from the log and free disk space",
		Long: `Permanently delete deliveries from the log and free the disk space. Of the selected deliveries, --older-than keeps newer ones and --keep
keeps the newest N. You can prune while listen runs; deliveries that it is sending are kept.

If no delivery would be left, prune asks for confirmation. Without a terminal, it requires --yes.

You don't have to prune: the log keeps at most 100,000 deliveries, 1 GiB and 30 days.`,
		Example: `  vidiking webhooks prune --older-than 7d --dry-run
  vidiking webhooks prune --keep 1000
  vidiking webhooks prune --status rejected --keep 0
  vidiking webhooks prune --keep 0 --yes`,
		Args: cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: older-than, keep, event, failed, filter, probes, search, since, status, until
Action: dry-run, yes`,
			Exits: `0 done, even if nothing matches
1 the delivery log cannot be read or written, or you answered no
2 usage or configuration error, or a confirmation is needed but there is no terminal`,
			SeeAlso: "webhooks list, webhooks export",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("keep") && o.keep < 0 {
				return cmdutil.Usage(fmt.Sprintf("invalid --keep %d: it cannot be negative", o.keep), "0 keeps none of the selected deliveries")
			}
			return runPrune(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *pruneOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.selection.AddFlags(cmd)
	f.StringVar(&o.olderThan, "older-than", "", "only deliveries received before `TIME`, as in 7d, yesterday or 2026-03-02")
	f.IntVar(&o.keep, "keep", -1, "keep the newest `N` of the selected deliveries")
	f.Lookup("keep").DefValue = ""
	f.BoolVar(&o.dryRun, "dry-run", false, "show the deliveries that would be deleted, without deleting them")
	f.BoolVarP(&o.yes, "yes", "y", false, "delete all deliveries without asking")
	_ = cmd.RegisterFlagCompletionFunc("older-than", cobra.FixedCompletions([]string{"1d", "7d", "30d"}, cobra.ShellCompDirectiveNoFileComp))
}

func runPrune(ctx context.Context, a *cmdutil.App, o *pruneOptions) error {
	if !o.selection.IsSet() && o.olderThan == "" && o.keep < 0 {
		return cmdutil.Usage("webhooks prune needs flags that select deliveries", "delete those older than a week: vidiking webhooks prune --older-than 7d",
			"keep the newest 1,000: vidiking webhooks prune --keep 1000")
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
		p.ClosingLine("Nothing to delete: " + cmdutil.NoMatch(pruned.inFlight))
		return nil
	}
	planned := output.Pruned{Deliveries: len(pruned.rows), Projects: byProject(a, pruned.rows)}
	var ids []webhook.ID
	for _, s := range pruned.rows {
		planned.BodyBytes += s.BodyBytes
		ids = append(ids, s.ID)
	}
	if o.dryRun {
		p.Batch(func() {
			for _, s := range pruned.rows {
				p.Row(s)
			}
		})
		if err := p.Err(); err != nil {
			return output.ClosedPipe(err)
		}
		return output.ClosedPipe(output.PrintPruneDryRun(out, planned))
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
		return cmdutil.Failed(err, "cannot delete deliveries: the disk is full", "free 1 MB on that disk, then try again")
	}
	if err != nil {
		return err
	}
	return output.ClosedPipe(output.PrintPruned(out, output.Pruned{
		Deliveries: done.Deliveries, Projects: planned.Projects, BodyBytes: planned.BodyBytes, Freed: done.Freed,
	}))
}

// prunedRows are the deliveries that a prune deletes.
type prunedRows struct {
	rows     []webhook.Summary // oldest first
	inFlight int               // selected, but kept because a running listen has yet to send them
	all      bool              // the log has no other deliveries
}

// confirmPrune asks for confirmation if no delivery would be left.
func confirmPrune(ctx context.Context, a *cmdutil.App, o *pruneOptions, pruned prunedRows) error {
	if !pruned.all || o.yes {
		return nil
	}
	deliveries := "the only delivery in the log"
	if n := len(pruned.rows); n > 1 {
		deliveries = "all " + display.Deliveries(n) + " in the log" + byProject(a, pruned.rows)
	}
	if !a.Env.StdinTerminal {
		return cmdutil.Usage("this deletes "+deliveries+", and there is no terminal to confirm it", "add --yes; preview: --dry-run")
	}
	ok, err := cmdutil.Confirm(ctx, a, "Delete "+deliveries+"?")
	if err == nil && !ok {
		err = cmdutil.Declined(a)
	}
	return err
}

// byProject returns the number of deliveries per project in parentheses; "" if all belong to the same one.
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
		name := "an unknown project"
		if project != "" {
			name = display.Clean(a.Cfg.ShortPath(project))
		}
		parts = append(parts, display.Count(n[project])+" of "+name)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// selectPruned returns the selected deliveries except those that a running listen has yet to send.
func selectPruned(ctx context.Context, a *cmdutil.App, o *pruneOptions) (prunedRows, error) {
	q, err := o.selection.Query(a)
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
	total, err := r.Count(ctx, store.Query{Probes: true}) // counted before the list, because a delivery that arrives in between must not prevent the question
	if err != nil {
		return prunedRows{}, err
	}
	rows, err := r.List(ctx, q)
	if err != nil {
		return prunedRows{}, err
	}
	rows = rows[:max(0, len(rows)-max(0, o.keep))]
	if !before.IsZero() {
		end := len(rows)
		for end > 0 && !rows[end-1].ReceivedAt.Before(before) {
			end--
		}
		rows = rows[:end]
	}
	all := len(rows) >= total
	rows, inFlight, err := cmdutil.WithoutInFlight(ctx, a, r, rows)
	return prunedRows{rows, inFlight, all}, err
}
