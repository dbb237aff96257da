package cli

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

func globalFlags(a *cmdutil.App, cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&a.Flags.Config, "config", "", "read the configuration from `FILE`")
	f.StringVar(&a.Flags.DataDir, "data-dir", "", "keep the delivery log and the sessions in `DIR`")
	f.StringVar(&a.Flags.Profile, "profile", "", "use the settings of the profile `NAME`")
	f.StringVar(&a.Flags.APIURL, "api-url", "", "use the API at `URL`")
	f.Var(cmdutil.NewOptionalBool(&a.Flags.Sandbox), "sandbox", "use Vidiking's sandbox: free, with a watermark")
	f.Lookup("sandbox").NoOptDefVal = "true"
	f.VarP(cmdutil.OneOf(&a.Flags.Output, "text", "json"), "output", "o", "output format: text or json")
	f.Var(cmdutil.OneOf(&a.Flags.Color, "auto", "always", "never"), "color", "when to use color: auto, always or never")
	f.BoolVarP(&a.Flags.Quiet, "quiet", "q", false, "print only undelivered deliveries and errors")
	f.BoolVarP(&a.Flags.Verbose, "verbose", "v", false, "print headers and payload of each delivery")
	for name, values := range map[string][]string{"output": {"text", "json"}, "color": {"auto", "always", "never"}} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.RegisterFlagCompletionFunc("sandbox", cobra.FixedCompletions([]string{"true", "false"}, cmdutil.NoFiles))
	_ = cmd.RegisterFlagCompletionFunc("profile", func(p0 *cobra.Command, p1 []string, p2 string) ([]string, cobra.ShellCompDirective) {
		return cmdutil.CompleteProfiles(a, p0, p1, p2)
	})
	_ = cmd.MarkPersistentFlagDirname("data-dir")
	_ = cmd.MarkPersistentFlagFilename("config", "toml")
}
