package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

func globalFlags(a *cmdutil.App, cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&a.Flags.Config, "config", "", "read the configuration from `FILE`")
	f.StringVar(&a.Flags.DataDir, "data-dir", "", "keep the delivery log and the sessions in `DIR`")
	f.StringVar(&a.Flags.Profile, "profile", "", "use the settings of the profile `NAME`")
	f.StringVar(&a.Flags.APIURL, "api-url", "", "use the API at `URL`")
	f.Var(cmdutil.NewOnOff(&a.Flags.Sandbox), "sandbox", "use Vidiking's sandbox: free, with a watermark")
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

// flagError returns the error for an unknown flag or an invalid value.
func flagError(a *cmdutil.App, cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return unknownCommand(a, cmd, words) // the flag belongs to a command that does not exist
	}
	all := "all flags: " + cmd.CommandPath() + " --help"
	var missing *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	var garbled *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &missing):
		name := missing.GetSpecifiedName()
		shown := "--" + name
		if missing.GetSpecifiedShortnames() != "" {
			shown = "-" + name
		}
		if hint, ok := meantFlag(a, cmd, name); ok {
			return &cmdutil.Failure{Code: cmdutil.ExitUsage, What: "unknown flag " + shown, Hints: []string{hint, all}, AsTyped: true}
		}
		if len(name) == 1 {
			return cmdutil.Usage("unknown flag -"+name, all)
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := suggest.Closest(name, names); near != "" {
			return cmdutil.Usage("unknown flag --"+name, "did you mean --"+near+"? A"+all[1:])
		}
		return cmdutil.Usage("unknown flag --"+name, all)
	case errors.As(err, &empty):
		return cmdutil.Usage("--"+empty.GetFlag().Name+" needs a value", "see "+cmd.CommandPath()+" --help")
	case errors.As(err, &wrong):
		return cmdutil.Usage(fmt.Sprintf("invalid value %q for --%s", wrong.GetValue(), wrong.GetFlag().Name), valueForm(wrong))
	}
	if errors.As(err, &garbled) {
		return cmdutil.Usage("unknown flag "+garbled.GetSpecifiedFlag(), all)
	}
	return cmdutil.Usage(err.Error(), "see "+cmd.CommandPath()+" --help")
}

// valueForm describes the values that a flag takes.
func valueForm(err *pflag.InvalidValueError) string {
	switch err.GetFlag().Value.Type() {
	case "int", "count":
		return "a whole number"
	case "uint64":
		return "a whole number, 0 or more"
	case "float64":
		return "a number"
	case "duration":
		return "a number with its unit, like 10s, 500ms or 1m30s"
	case "bool":
		return "true or false"
	}
	return errors.Unwrap(err).Error()
}
