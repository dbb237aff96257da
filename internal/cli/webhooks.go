package cli

import "github.com/spf13/cobra"

func (a *app) webhooks() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "webhooks",
		Aliases: []string{"deliveries"},
		Short:   "Look at the delivery log: list, show, export, import, wait",
		Long:    "The delivery log: every delivery that came in or was sent, and what your handler answered.",
		Example: "  vidiking webhooks list --failed\n  vidiking webhooks show last\n  vidiking webhooks replay last",
		Annotations: manual{
			seeAlso: "listen, replay, json",
		}.annotations(),
		Args: a.unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.list(), a.show(), a.replay(), a.diff(), a.export(), a.importCommand(), a.prune(), a.wait())
	return cmd
}
