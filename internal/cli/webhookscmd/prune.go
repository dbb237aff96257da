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
	if len(pruned.ids) == 0 {
		p.ClosingLine("Nothing to delete: " + cmdutil.NoMatch(pruned.inFlight))
		return nil
	}
	planned := output.Pruned{Deliveries: len(pruned.ids), Projects: pruned.byProject(a), BodyBytes: pruned.bodyBytes}
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
	done, err := store.Prune(ctx, dir, pruned.ids)
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

// selected are the deliveries that a prune deletes. There can be a million, so it keeps only their ids.
type selected struct {
	ids       []webhook.ID      // oldest first
	rows      []webhook.Summary // the same, for a dry run only
	projects  map[string]int    // how many of each project
	bodyBytes int64
	inFlight  int  // selected, but kept because a running listen has yet to send them
	all       bool // the log has no other deliveries
}

func (s *selected) add(d webhook.Summary) {
	s.ids = append(s.ids, d.ID)
	s.projects[d.Project]++
	s.bodyBytes += d.BodyBytes
}

// confirmPrune asks for confirmation if no delivery would be left.
func confirmPrune(ctx context.Context, a *cmdutil.App, o *pruneOptions, pruned selected) error {
	if !pruned.all || o.yes {
		return nil
	}
	deliveries := "the only delivery in the log"
	if n := len(pruned.ids); n > 1 {
		deliveries = "all " + display.Deliveries(n) + " in the log" + pruned.byProject(a)
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
func (s *selected) byProject(a *cmdutil.App) string {
	if len(s.projects) < 2 {
		return ""
	}
	var parts []string
	for _, project := range slices.Sorted(maps.Keys(s.projects)) {
		name := "an unknown project"
		if project != "" {
			name = display.Clean(a.Cfg.ShortPath(project))
		}
		parts = append(parts, display.Count(s.projects[project])+" of "+name)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// selectPruned returns the selected deliveries except those that a running listen has yet to send.
func selectPruned(ctx context.Context, a *cmdutil.App, o *pruneOptions) (selected, error) {
	pruned := selected{projects: map[string]int{}}
	q, err := o.selection.Query(a)
	if err != nil {
		return pruned, err
	}
	before, err := cmdutil.ParseWhen(a, "--older-than", o.olderThan)
	if err != nil {
		return pruned, err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	if errors.Is(err, store.ErrNoLog) {
		return pruned, nil
	}
	if err != nil {
		return pruned, err
	}
	defer func() { _ = r.Close() }()
	q.Probes = true
	// Both are counted first. A delivery that arrives in between must neither prevent the question nor displace one that --keep keeps.
	total, err := r.Count(ctx, store.Query{Probes: true})
	if err != nil {
		return pruned, err
	}
	matching, err := r.Count(ctx, q)
	if err != nil {
		return pruned, err
	}
	if q.Limit = matching - max(0, o.keep); q.Limit <= 0 {
		return pruned, nil
	}
	isInFlight, err := cmdutil.InFlight(ctx, a, r)
	if err != nil {
		return pruned, err
	}
	err = r.EachOldest(ctx, q, func(s webhook.Summary) bool {
		switch {
		case !before.IsZero() && !s.ReceivedAt.Before(before):
			return false
		case isInFlight(s):
			pruned.inFlight++
		default:
			pruned.add(s)
			if o.dryRun {
				pruned.rows = append(pruned.rows, s)
			}
		}
		return true
	})
	pruned.all = len(pruned.ids)+pruned.inFlight >= total
	return pruned, err
}
