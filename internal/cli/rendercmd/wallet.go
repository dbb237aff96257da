package rendercmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// NewWalletCommand returns the wallet command.
func NewWalletCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "wallet",
		Short:   "Show the balance of your account",
		Long:    "Show the balance of your account's wallet, as Vidiking reports it, or an emulator at --api-url.",
		Example: "  vidiking wallet\n  vidiking wallet -o json",
		Args:    cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Environment: environment,
			Exits: `0 the balance is known
1 the API can't be reached
2 wrong usage
4 there is no API key, or Vidiking refused it`,
			SeeAlso: "render, ai image",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := newTarget(a, 0)
			if err != nil {
				return err
			}
			b, _, err := t.client.Balance(cmd.Context())
			if err != nil {
				return err
			}
			return output.ClosedPipe(output.Wallet(t.out, output.WalletInfo{
				Balance: b.Balance, Currency: b.Currency, TotalDeposited: b.TotalDeposited, API: t.api(),
			}))
		},
	}
}
