package webhookscmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func newDiffCommand(a *cmdutil.App) *cobra.Command {
	jsonOnly := false
	var of cmdutil.Scope
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Show in what two deliveries differ",
		Long: `Compares two deliveries: their headers, their payloads by path, and what the handler answered last. Numbers are compared as they are
written, the order of names is told apart from their values, and bytes that differ although both say the same are told too: that is
enough for a signature not to match. Bodies that are no JSON are compared byte by byte.

It ends with 0 also where they differ; -o json says "same".`,
		Example: `  vidiking webhooks diff a61t q8w2
  vidiking webhooks diff a61t last --json-only
  vidiking webhooks diff a61t q8w2 -o json | jq .same`,
		Args: twoIDs,
		Annotations: cmdutil.Manual{
			Exits: `0 done, also where they differ
1 no delivery, or several, have that id
2 it was called or configured wrongly`,
			SeeAlso: "webhooks show, webhooks list",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteIDs(a, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			parts := output.DiffAll
			if jsonOnly {
				parts = output.DiffPayload
			}
			return runDiff(cmd.Context(), a, args, parts, of)
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		of.AddFlag(cmd, cmdutil.ScopeOfLast)
		cmd.Flags().BoolVar(&jsonOnly, "json-only", false, "compare the payloads alone")
	})
}

func twoIDs(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return cmdutil.Usage(cmdutil.CalledAs(cmd)+" takes two ids", "as in "+cmd.CommandPath()+" a61t last", "all of them: vidiking webhooks list")
	}
	return nil
}

func runDiff(ctx context.Context, a *cmdutil.App, typed []string, parts output.DiffParts, of cmdutil.Scope) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return cmdutil.NoLogAs(typed[0], err)
	}
	defer func() { _ = r.Close() }()
	project, err := of.Project(a)
	if err != nil {
		return err
	}
	before, err := find(ctx, a, r, typed[0], project)
	if err != nil {
		return err
	}
	after, err := find(ctx, a, r, typed[1], project)
	if err != nil {
		return err
	}
	o.Style.IDLength = cmdutil.IDLength([]webhook.Summary{before.Summary, after.Summary})
	return cmdutil.ClosedPipe(output.Diff(o, output.Comparison{
		Before: before.Summary, After: after.Summary, Difference: recording.Diff(before, after), Parts: parts,
	}))
}

// find reads the delivery that a person means.
func find(ctx context.Context, _ *cmdutil.App, r *store.Reader, typed, project string) (webhook.Delivery, error) {
	found, err := r.Resolve(ctx, typed, project)
	if err != nil {
		return webhook.Delivery{}, err
	}
	return r.Get(ctx, found.ID)
}
