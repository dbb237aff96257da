package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// suggester suggests what the user may have meant by a word or flag that does not exist.
type suggester struct {
	app   *cmdutil.App
	parse func(args []string) error // returns the usage error of a command line without running it
}

// meantCommand returns a hint for words that are not a command below cmd; ok is false if there is none.
func (s suggester) meantCommand(cmd *cobra.Command, typed []string) (hint string, ok bool) {
	path := strings.Fields(cmd.CommandPath())[1:]
	full := append(path, typed...)
	for _, words := range [][]string{full, typed} {
		if hint, ok = commandHabit(words, true); ok {
			return hint, true
		}
	}
	sub := findCommand(cmd.Root(), typed[0])
	if sub != nil && len(typed) > 1 {
		if line, ok := s.commandLine(append(strings.Fields(sub.CommandPath())[1:], typed[1:]...)); ok {
			return "did you mean: " + line, true
		}
	}
	for _, words := range [][]string{full, typed} {
		if hint, ok = commandHabit(words, false); ok {
			return hint, true
		}
	}
	if sub != nil {
		return "did you mean: " + sub.CommandPath() + " --help", true
	}
	return meantArgument(typed[0])
}

// typedFrom returns the arguments of the program from a word on.
func (s suggester) typedFrom(word string) []string {
	args := s.app.Env.Args
	return args[max(0, slices.Index(args, word)):]
}

// commandHabit looks up the first two words as one name, then the first word. Words after them become arguments of the suggested command.
func commandHabit(words []string, withArgument bool) (hint string, ok bool) {
	for n := min(2, len(words)); n > 0; n-- {
		name := strings.ToLower(strings.Join(words[:n], "-"))
		for _, h := range habits() {
			if !slices.Contains(strings.Fields(h.typed), name) {
				continue
			}
			command, filled, ok := fillIn(h.command, words[n:])
			switch {
			case !ok || withArgument && !filled:
			case command == "":
				return h.purpose, true
			default:
				return h.purpose + ": " + command, true
			}
		}
	}
	return "", false
}

// fillIn replaces {KIND|DEFAULT} with the last argument of that kind, or with the default. It takes the last one because clients of relay
// services name the public URL before the handler's.
func fillIn(command string, args []string) (line string, filled, ok bool) {
	before, rest, found := strings.Cut(command, "{")
	if !found {
		return command, false, true
	}
	placeholder, after, _ := strings.Cut(rest, "}")
	kind, value, hasDefault := strings.Cut(placeholder, "|")
	for _, arg := range args {
		if isOfKind(kind, arg) && !mayHaveSecret([]string{arg}) {
			value, filled = cmdutil.ShellWord(arg), true
		}
	}
	return before + value + after, filled, filled || hasDefault
}

func isOfKind(kind, arg string) bool {
	switch kind {
	case "id":
		_, ok := webhook.ParsePrefix(arg)
		return arg == "last" || ok && (strings.HasPrefix(arg, webhook.IDPrefix) || strings.ContainsAny(arg, "0123456789"))
	case "target":
		return cmdutil.IsTarget(arg)
	case "event":
		return webhook.IsEvent(arg) || slices.ContainsFunc(sample.Scenarios(), func(s sample.ScenarioInfo) bool { return s.Name == arg })
	case "shell":
		return slices.Contains(shells(), arg)
	default:
		return !strings.HasPrefix(arg, "-")
	}
}

// meantArgument returns a hint for an argument without a command.
func meantArgument(typed string) (hint string, ok bool) {
	switch {
	case cmdutil.IsTarget(typed):
		return "receive webhooks and forward them: vidiking listen --forward " + cmdutil.ShellWord(typed), true
	case strings.HasPrefix(typed, webhook.IDPrefix) && isOfKind("id", typed):
		return "show a delivery: vidiking webhooks show " + typed, true
	case isOfKind("event", typed):
		return "send a sample event: vidiking trigger " + typed, true
	}
	return "", false
}

// meantFlag returns a hint for an unknown flag of cmd; ok is false if there is none.
func (s suggester) meantFlag(cmd *cobra.Command, name string) (hint string, ok bool) {
	h, args := s.findFlagHabit(cmd.CommandPath(), name, s.app.Env.Args)
	if h.instead == "" {
		return "", false
	}
	if strings.HasPrefix(h.instead, "vidiking ") {
		return "secrets are never arguments: " + h.instead, true
	}
	hint = "use " + strings.TrimSuffix(h.instead[strings.Index(h.instead, "-"):], "=")
	if line, ok := s.commandLine(args); ok {
		hint += ": " + line
	}
	return hint, true
}

// findFlagHabit returns the habit whose replacement makes the command line valid, and that command line. It also replaces other unknown
// flags.
func (s suggester) findFlagHabit(command, name string, args []string) (flagHabit, []string) {
	for _, h := range flagHabits() {
		if !slices.Contains(strings.Fields(h.typed), name) || h.command != "" && h.command != command {
			continue
		}
		if strings.HasPrefix(h.instead, "vidiking ") {
			return h, nil
		}
		replaced := replaceFlag(args, name, h.instead)
		err := s.parse(replaced)
		var missing *pflag.NotExistError
		if errors.As(err, &missing) && hasFlag(args, missing.GetSpecifiedName()) {
			var next flagHabit
			if next, replaced = s.findFlagHabit(command, missing.GetSpecifiedName(), replaced); next.instead != "" {
				return h, replaced
			}
		}
		if err == nil {
			return h, replaced
		}
	}
	return flagHabit{}, nil
}

// withFlag returns the command line with a flag inserted before one of its arguments.
func (s suggester) withFlag(flag, argument string) (line string, ok bool) {
	i := slices.Index(s.app.Env.Args, argument)
	if i < 0 {
		return "", false
	}
	return s.commandLine(slices.Insert(slices.Clone(s.app.Env.Args), i, flag))
}

// asFlag returns a flag as it is typed.
func asFlag(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func hasFlag(args []string, name string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		flag, _, _ := strings.Cut(arg, "=")
		return flag == asFlag(name)
	})
}

// replaceFlag replaces a flag in a command line.
func replaceFlag(args []string, name, instead string) []string {
	long := asFlag(name)
	instead, takesValue := strings.CutSuffix(instead, "=")
	var out []string
	for i, arg := range args {
		flag, value, hasValue := strings.Cut(arg, "=")
		if len(name) == 1 && strings.HasPrefix(arg, long) && !hasValue && len(arg) > len(long) { // as in -p3000
			flag, value, hasValue = long, arg[len(long):], true
		}
		if flag != long {
			out = append(out, arg)
			continue
		}
		out = append(out, strings.Fields(instead)...)
		if takesValue && hasValue {
			out = append(out, value)
		}
		return append(out, args[i+1:]...)
	}
	return out
}

// commandLine returns a command line that can be copied; ok is false if it is invalid or may contain a secret.
func (s suggester) commandLine(args []string) (line string, ok bool) {
	if mayHaveSecret(args) || s.parse(args) != nil {
		return "", false
	}
	line = "vidiking"
	for _, arg := range args {
		line += " " + cmdutil.ShellWord(arg)
	}
	return line, true
}

// mayHaveSecret reports whether a command line may contain a secret. Such a line must not be printed, because logs would keep it.
func mayHaveSecret(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		if strings.HasPrefix(arg, "-H") {
			return true
		}
		arg = strings.ToLower(arg)
		return slices.ContainsFunc([]string{"--header", "whsec", "vk_", "secret", "token", "key", "password", "@"}, func(mark string) bool {
			return strings.Contains(arg, mark)
		})
	})
}
