package cmdutil

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// WithFlags adds a command's flags only if the arguments may call it: they contain its name, or there are none. Creating the flags of all
// commands at every start would take as long as creating the rest of the command tree.
func WithFlags(a *App, cmd *cobra.Command, addFlags func(*cobra.Command)) *cobra.Command {
	if len(a.Env.Args) == 0 || slices.Contains(a.Env.Args, cmd.Name()) {
		addFlags(cmd)
		_ = cmd.RegisterFlagCompletionFunc("event", func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return CompleteLoggedEvents(a, cmd, args, typed)
		}) // fails for a command without that flag, which needs no completion
	}
	return cmd
}

// choice is a flag value restricted to a few words.
type choice struct {
	to     *string
	values []string
}

// OneOf returns a flag value that accepts only the given words.
func OneOf(to *string, values ...string) *choice { return &choice{to, values} }

func (c *choice) String() string { return *c.to }

func (c *choice) Type() string { return strings.Join(c.values, "|") }

func (c *choice) Set(v string) error {
	if !slices.Contains(c.values, v) {
		if closest := suggest.Closest(v, c.values); closest != "" {
			return fmt.Errorf("did you mean %s?", closest)
		}
		return fmt.Errorf("choose from %s", strings.Join(c.values, ", "))
	}
	*c.to = v
	return nil
}

// optionalBool is a boolean flag that records whether it was given, because a given false overrides the configuration.
type optionalBool struct{ to *string }

func (o *optionalBool) String() string { return *o.to }

func (o *optionalBool) Type() string { return "bool" }

func (o *optionalBool) IsBoolFlag() bool { return true }

func (o *optionalBool) Set(v string) error {
	on, err := strconv.ParseBool(v)
	if err == nil {
		*o.to = strconv.FormatBool(on)
	}
	return err
}

// NewOptionalBool returns a flag value that is true, false, or not given.
func NewOptionalBool(to *string) *optionalBool { return &optionalBool{to} }
