package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// unknownCommand returns the error for an unknown command, with a suggestion.
func (s suggester) unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := fmt.Sprintf("unknown command %q", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "vidiking "))
	all := "all commands: " + cmd.CommandPath() + " --help"
	if !cmd.HasParent() && isTopic(cmd, args[0]) {
		return cmdutil.Usage(what, "to read about it: vidiking help "+args[0])
	}
	if hint, ok := s.meantCommand(cmd, s.typedFrom(args[0])); ok {
		return &cmdutil.Failure{Code: output.ExitUsage, What: what, Hints: []string{hint, all}}
	}
	if closest := suggest.Closest(args[0], commandNames(cmd)); closest != "" {
		return cmdutil.Usage(what, "did you mean "+strings.TrimSpace(cmd.CommandPath()+" "+closest)+"? A"+all[1:])
	}
	return cmdutil.Usage(what, all)
}

// flagError returns the error for an unknown flag or an invalid value.
func (s suggester) flagError(cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); isGroup(cmd) && len(words) > 0 {
		return s.unknownCommand(cmd, words) // the flag belongs to a command that does not exist
	}
	all := "all flags: " + cmd.CommandPath() + " --help"
	var missing *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &missing):
		name := missing.GetSpecifiedName()
		shown := "--" + name
		if missing.GetSpecifiedShortnames() != "" {
			shown = "-" + name
		}
		if hint, ok := s.meantFlag(cmd, name); ok {
			return &cmdutil.Failure{Code: output.ExitUsage, What: "unknown flag " + shown, Hints: []string{hint, all}, AsTyped: true}
		}
		if len(name) == 1 {
			return cmdutil.Usage("unknown flag -"+name, all)
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if closest := suggest.Closest(name, names); closest != "" {
			return cmdutil.Usage("unknown flag --"+name, "did you mean --"+closest+"? A"+all[1:])
		}
		return cmdutil.Usage("unknown flag --"+name, all)
	case errors.As(err, &empty):
		return cmdutil.Usage("--"+empty.GetFlag().Name+" needs a value", "see "+cmd.CommandPath()+" --help")
	case errors.As(err, &wrong):
		return cmdutil.Usage(fmt.Sprintf("invalid value %q for --%s", wrong.GetValue(), wrong.GetFlag().Name), valueForm(wrong))
	}
	if errors.As(err, &syntax) {
		return cmdutil.Usage("unknown flag "+syntax.GetSpecifiedFlag(), all)
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
