package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

func newVersionCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Prints the version and what it was built from.",
		Example: "  vidiking version\n  vidiking version -o json",
		Annotations: cmdutil.Manual{
			Exits:   `0 done`,
			SeeAlso: "json",
		}.Annotations(),
		Args: cmdutil.NoArgs,
		RunE: func(*cobra.Command, []string) error { return sayVersion(a) },
	}
}

func sayVersion(a *cmdutil.App) error {
	b := cmdutil.ReadBuild()
	if a.Flags.Output == "json" {
		return cmdutil.ClosedPipe(json.NewEncoder(a.W.Stdout).Encode(b))
	}
	_, err := fmt.Fprintln(a.W.Stdout, b)
	return cmdutil.ClosedPipe(err)
}
