package cli

import "github.com/spf13/cobra"

// subcommand returns the subcommand with a name or alias; nil if there is none.
func subcommand(cmd *cobra.Command, name string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == name || c.HasAlias(name) {
			return c
		}
	}
	return nil
}

// isGroup reports whether the only arguments of a command are its subcommands. render also takes a file.
func isGroup(cmd *cobra.Command) bool { return cmd.HasSubCommands() && cmd.ValidArgsFunction == nil }

// commandNames returns the names and aliases of a command's subcommands.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(append(names, c.Name()), c.Aliases...)
		}
	}
	return names
}

// findCommand finds a command anywhere in the tree; nil if there is none of that name.
func findCommand(root *cobra.Command, name string) *cobra.Command {
	for _, parent := range append([]*cobra.Command{root}, root.Commands()...) {
		if sub := subcommand(parent, name); sub != nil {
			return sub
		}
	}
	return nil
}
