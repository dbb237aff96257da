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
	f.StringVar(&a.Flags.Config, "config", "", "read the configuration from this `FILE`")
	f.StringVar(&a.Flags.DataDir, "data-dir", "", "keep the delivery log and the sessions in this `DIR`")
	f.StringVar(&a.Flags.Profile, "profile", "", "take the settings from the profile of this `NAME`")
	f.StringVar(&a.Flags.APIURL, "api-url", "", "call Vidiking's API at this `URL`")
	f.Var(cmdutil.NewOnOff(&a.Flags.Sandbox), "sandbox", "call Vidiking's sandbox: free, with a watermark")
	f.Lookup("sandbox").NoOptDefVal = "true"
	f.VarP(cmdutil.OneOf(&a.Flags.Output, "text", "json"), "output", "o", "the form of the output: text or json")
	f.Var(cmdutil.OneOf(&a.Flags.Color, "auto", "always", "never"), "color", "colour: auto, always or never")
	f.BoolVarP(&a.Flags.Quiet, "quiet", "q", false, "only deliveries that were not delivered, and errors")
	f.BoolVarP(&a.Flags.Verbose, "verbose", "v", false, "headers and payload of each delivery, too")
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

// flagError is the error for a flag that is not there or has a wrong value.
func flagError(a *cmdutil.App, cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return unknownCommand(a, cmd, words) // the flag is of a command that does not exist
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
			return &cmdutil.Failure{Code: cmdutil.ExitUsage, What: "there is no flag " + shown, Hints: []string{hint, all}, AsTyped: true}
		}
		if len(name) == 1 {
			return cmdutil.Usage("there is no flag -"+name, all)
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := suggest.Closest(name, names); near != "" {
			return cmdutil.Usage("there is no flag --"+name, "did you mean --"+near+"? A"+all[1:])
		}
		return cmdutil.Usage("there is no flag --"+name, all)
	case errors.As(err, &empty):
		return cmdutil.Usage("--"+empty.GetFlag().Name+" needs a value", "see "+cmd.CommandPath()+" --help")
	case errors.As(err, &wrong):
		return cmdutil.Usage(fmt.Sprintf("--%s can't be %q", wrong.GetFlag().Name, wrong.GetValue()), valueForm(wrong))
	}
	if errors.As(err, &garbled) {
		return cmdutil.Usage("there is no flag "+garbled.GetSpecifiedFlag(), all)
	}
	return cmdutil.Usage(err.Error(), "see "+cmd.CommandPath()+" --help")
}

// valueForm is what a flag's value can be.
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
