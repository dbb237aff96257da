package cmdutil

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// WithFlags gives a command its flags where the arguments can mean it: its name is among them, or there are none. The flags of the
// others are not made, which at every start would take as long as the rest of the tree.
func WithFlags(a *App, cmd *cobra.Command, addFlags func(*cobra.Command)) *cobra.Command {
	if len(a.W.Args) == 0 || slices.Contains(a.W.Args, cmd.Name()) {
		addFlags(cmd)
		_ = cmd.RegisterFlagCompletionFunc("event", func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return CompleteLoggedEvents(a, cmd, args, typed)
		}) // a command without that flag has no use for it
	}
	return cmd
}

// choice is a flag of a few values.
type choice struct {
	to     *string
	values []string
}

// OneOf is the value of a flag that takes one of a few words.
func OneOf(to *string, values ...string) *choice { return &choice{to, values} }

func (c *choice) String() string { return *c.to }

func (c *choice) Type() string { return strings.Join(c.values, "|") }

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

func (o *onOff) String() string { return *o.to }

func (o *onOff) Type() string { return "bool" }

func (o *onOff) IsBoolFlag() bool { return true }

func (o *onOff) Set(v string) error {
	on, err := strconv.ParseBool(v)
	if err == nil {
		*o.to = strconv.FormatBool(on)
	}
	return err
}

// NewOnOff is the value of a flag that is true, false, or not given.
func NewOnOff(to *string) *onOff { return &onOff{to} }
