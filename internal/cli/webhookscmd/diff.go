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
	var scope cmdutil.Scope
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Show how two deliveries differ",
		Long: `Compare two deliveries: their headers, their payloads by path, and the handler's last responses. Numbers are compared as written.
Differences in key order and in formatting are reported separately from differences in values, because either of them makes a signature
invalid. Bodies that are not JSON are compared byte by byte.

The exit code is 0 even if the deliveries differ; with -o json, see "same".`,
		Example: `  vidiking webhooks diff a61t q8w2
  vidiking webhooks diff a61t last --json-only
  vidiking webhooks diff a61t q8w2 -o json | jq .same`,
		Args: twoIDs,
		Annotations: cmdutil.Manual{
			Exits: `0 done, even if they differ
1 an id matches no delivery, or several
2 usage or configuration error`,
			SeeAlso: "webhooks show, webhooks list",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteIDs(a, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			parts := output.DiffAll
			if jsonOnly {
				parts = output.DiffPayload
			}
			return runDiff(cmd.Context(), a, args, parts, scope)
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		scope.AddFlag(cmd, cmdutil.ScopeOfLast)
		cmd.Flags().BoolVar(&jsonOnly, "json-only", false, "compare only the payloads")
	})
}

func twoIDs(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" takes two ids", "for example: "+cmd.CommandPath()+" a61t last", "list deliveries: vidiking webhooks list")
	}
	return nil
}

func runDiff(ctx context.Context, a *cmdutil.App, typed []string, parts output.DiffParts, scope cmdutil.Scope) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return cmdutil.NotFoundWithoutLog(typed[0], err)
	}
	defer func() { _ = r.Close() }()
	project, err := scope.Project(a)
	if err != nil {
		return err
	}
	before, err := find(ctx, r, typed[0], project)
	if err != nil {
		return err
	}
	after, err := find(ctx, r, typed[1], project)
	if err != nil {
		return err
	}
	o.Style.IDLength = cmdutil.IDLength([]webhook.Summary{before.Summary, after.Summary})
	return output.ClosedPipe(output.Diff(o, output.Comparison{
		Before: before.Summary, After: after.Summary, Difference: recording.Diff(before, after), Parts: parts,
	}))
}

// find reads the delivery that an id, a prefix or `last` identifies.
func find(ctx context.Context, r *store.Reader, typed, project string) (webhook.Delivery, error) {
	found, err := r.Resolve(ctx, typed, project)
	if err != nil {
		return webhook.Delivery{}, err
	}
	return r.Get(ctx, found.ID)
}
