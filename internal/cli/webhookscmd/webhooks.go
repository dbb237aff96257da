package webhookscmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
)

// NewWebhooksCommand returns `webhooks` and its subcommands.
func NewWebhooksCommand(a *cmdutil.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "webhooks",
		Aliases: []string{"deliveries"},
		Short:   "Work with the delivery log: list, show, export, import, wait",
		Long:    "Work with the delivery log, which has every delivery received or sent and your handler's responses.",
		Example: "  vidiking webhooks list --failed\n  vidiking webhooks show last\n  vidiking webhooks replay last",
		Annotations: cmdutil.Manual{
			SeeAlso: "listen, replay, json",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newListCommand(a), newShowCommand(a), sendcmd.NewReplayCommand(a), newDiffCommand(a), newExportCommand(a), newImportCommand(a), newPruneCommand(a), newWaitCommand(a))
	return cmd
}
