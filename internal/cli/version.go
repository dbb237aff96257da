package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

func newVersionCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print the version and the commit and toolchain that it was built with.",
		Example: "  vidiking version\n  vidiking version -o json",
		Annotations: cmdutil.Manual{
			Exits:   `0 done`,
			SeeAlso: "json",
		}.Annotations(),
		Args: cmdutil.NoArgs,
		RunE: func(*cobra.Command, []string) error { return printVersion(a) },
	}
}

func printVersion(a *cmdutil.App) error {
	b := cmdutil.ReadBuild()
	if a.Flags.Output == "json" {
		return output.ClosedPipe(json.NewEncoder(a.Env.Stdout).Encode(b))
	}
	_, err := fmt.Fprintln(a.Env.Stdout, b)
	return output.ClosedPipe(err)
}
