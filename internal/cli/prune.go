package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// pruneOptions is what the flags of `prune` say.
type pruneOptions struct {
	pick      selection
	olderThan string
	keep      int // -1: none of them
	dryRun    bool
}

func (a *app) prune() *cobra.Command {
	o := &pruneOptions{keep: -1}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove deliveries from the log, and give the space back",
		Long: `Removes deliveries from the log for good, and gives the space back to the disk. Of what is selected, --older-than leaves what is
younger, and --keep the newest so many. A running listen goes on, and what it is sending just now stays.

The log looks after itself as well: it keeps 100,000 deliveries, 1 GiB, 30 days.`,
		Example: `  vidiking webhooks prune --older-than 7d --dry-run
  vidiking webhooks prune --keep 1000
  vidiking webhooks prune --status rejected --keep 0`,
		Args: noArgs,
		Annotations: manual{
			flags: `Which deliveries: older-than, keep, event, failed, filter, search, since, status, until
What is done: dry-run`,
			exits: `0 done, also where nothing matches
1 the delivery log can't be read or written
2 it was called or configured wrongly`,
			seeAlso: "webhooks list, webhooks export",
		}.annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("keep") && o.keep < 0 {
				return usage(fmt.Sprintf("--keep %d is less than nothing", o.keep), "0 keeps none of them")
			}
			return a.runPrune(cmd.Context(), o)
		},
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *pruneOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.pick.addFlags(cmd)
	f.StringVar(&o.olderThan, "older-than", "", "only what was received before `WHEN`, as in 7d or 2026-03-02")
	f.IntVar(&o.keep, "keep", -1, "all but the newest `N` of them")
	f.Lookup("keep").DefValue = ""
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be removed, and remove nothing")
	_ = cmd.RegisterFlagCompletionFunc("older-than", cobra.FixedCompletions([]string{"1d", "7d", "30d"}, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) runPrune(ctx context.Context, o *pruneOptions) error {
	if !o.pick.isSet() && o.olderThan == "" && o.keep < 0 {
		return usage("which deliveries?", "what is older than a week: vidiking webhooks prune --older-than 7d",
			"all but the newest 1,000: vidiking webhooks prune --keep 1000")
	}
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	rows, underWay, err := a.selectPruned(ctx, o)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		p.Close("Nothing to remove: " + noneOf(underWay))
		return nil
	}
	would := output.Pruned{Deliveries: len(rows)}
	var ids []webhook.ID
	for _, s := range rows {
		would.BodyBytes += s.BodyBytes
		ids = append(ids, s.ID)
	}
	if o.dryRun {
		p.Batch(func() {
			for _, s := range rows {
				p.Row(s)
			}
		})
		if err := p.Err(); err != nil {
			return closedPipe(err)
		}
		return closedPipe(output.SayWouldPrune(out, would))
	}
	dir, err := a.dataDir()
	if err != nil {
		return err
	}
	done, err := store.Prune(ctx, dir, ids)
	if err != nil {
		return err
	}
	return closedPipe(output.SayPruned(out, output.Pruned{Deliveries: done.Deliveries, BodyBytes: would.BodyBytes, Freed: done.Freed}))
}

// selectPruned returns what is to go, the oldest first, and how many stay since a listen is still to send them.
func (a *app) selectPruned(ctx context.Context, o *pruneOptions) (rows []webhook.Summary, underWay int, err error) {
	q, err := o.pick.query(a)
	if err != nil {
		return nil, 0, err
	}
	before, err := a.when("--older-than", o.olderThan)
	if err != nil {
		return nil, 0, err
	}
	r, err := a.openReader(ctx)
	if errors.Is(err, store.ErrNoLog) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = r.Close() }()
	rows, err = r.List(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	rows = rows[:max(0, len(rows)-max(0, o.keep))]
	if !before.IsZero() {
		young := len(rows)
		for young > 0 && !rows[young-1].ReceivedAt.Before(before) {
			young--
		}
		rows = rows[:young]
	}
	return a.withoutUnderWay(rows)
}
