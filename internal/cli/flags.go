package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// withFlags gives a command its flags where the arguments can mean it: its name is among them, or there are none. The flags of the
// others are not made, which at every start would take as long as the rest of the tree.
func (a *app) withFlags(cmd *cobra.Command, addFlags func(*cobra.Command)) *cobra.Command {
	if len(a.w.Args) == 0 || slices.Contains(a.w.Args, cmd.Name()) {
		addFlags(cmd)
		_ = cmd.RegisterFlagCompletionFunc("event", a.completeLoggedEvents) // a command without that flag has no use for it
	}
	return cmd
}

func (a *app) globalFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "read the configuration from this `FILE`")
	f.StringVar(&a.flags.dataDir, "data-dir", "", "keep the delivery log and the sessions in this `DIR`")
	f.StringVar(&a.flags.profile, "profile", "", "take the settings from the profile of this `NAME`")
	f.StringVar(&a.flags.apiURL, "api-url", "", "call Vidiking's API at this `URL`")
	f.Var(&onOff{&a.flags.sandbox}, "sandbox", "call Vidiking's sandbox: free, with a watermark")
	f.Lookup("sandbox").NoOptDefVal = "true"
	f.VarP(oneOf(&a.flags.output, "text", "json"), "output", "o", "the form of the output: text or json")
	f.Var(oneOf(&a.flags.color, "auto", "always", "never"), "color", "colour: auto, always or never")
	f.BoolVarP(&a.flags.quiet, "quiet", "q", false, "only deliveries that were not delivered, and errors")
	f.BoolVarP(&a.flags.verbose, "verbose", "v", false, "headers and payload of each delivery, too")
	for name, values := range map[string][]string{"output": {"text", "json"}, "color": {"auto", "always", "never"}} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.RegisterFlagCompletionFunc("sandbox", cobra.FixedCompletions([]string{"true", "false"}, noFiles))
	_ = cmd.RegisterFlagCompletionFunc("profile", a.completeProfiles)
	_ = cmd.MarkPersistentFlagDirname("data-dir")
	_ = cmd.MarkPersistentFlagFilename("config", "toml")
}

// flagError is the error for a flag that is not there or has a wrong value.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return a.unknownCommand(cmd, words) // the flag is of a command that does not exist
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
		if hint, ok := a.meantFlag(cmd, name); ok {
			return &failure{code: exitUsage, what: "there is no flag " + shown, hint: []string{hint, all}, asTyped: true}
		}
		if len(name) == 1 {
			return usage("there is no flag -"+name, all)
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := suggest.Closest(name, names); near != "" {
			return usage("there is no flag --"+name, "did you mean --"+near+"? A"+all[1:])
		}
		return usage("there is no flag --"+name, all)
	case errors.As(err, &empty):
		return usage("--"+empty.GetFlag().Name+" needs a value", "see "+cmd.CommandPath()+" --help")
	case errors.As(err, &wrong):
		return usage(fmt.Sprintf("--%s can't be %q", wrong.GetFlag().Name, wrong.GetValue()), valueForm(wrong))
	}
	if errors.As(err, &garbled) {
		return usage("there is no flag "+garbled.GetSpecifiedFlag(), all)
	}
	return usage(err.Error(), "see "+cmd.CommandPath()+" --help")
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

// choice is a flag of a few values.
type choice struct {
	to     *string
	values []string
}

func oneOf(to *string, values ...string) *choice { return &choice{to, values} }

func (c *choice) String() string { return *c.to }
func (c *choice) Type() string   { return strings.Join(c.values, "|") }
func (c *choice) Set(v string) error {
	if !slices.Contains(c.values, v) {
		if near := suggest.Closest(v, c.values); near != "" {
			return fmt.Errorf("did you mean %s?", near)
		}
		return fmt.Errorf("one of %s", strings.Join(c.values, ", "))
	}
	*c.to = v
	return nil
}

// onOff is a flag that knows whether it was given, since off then beats what the configuration says.
type onOff struct{ to *string }

func (o *onOff) String() string   { return *o.to }
func (o *onOff) Type() string     { return "bool" }
func (o *onOff) IsBoolFlag() bool { return true }
func (o *onOff) Set(v string) error {
	on, err := strconv.ParseBool(v)
	if err == nil {
		*o.to = strconv.FormatBool(on)
	}
	return err
}
