package cli

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/session"
)

// scope is which deliveries a command acts on: those of its project, unless --all-projects is given. Commands that only read show all;
// there the scope is about `last` alone.
type scope struct{ all bool }

func (s *scope) addFlag(cmd *cobra.Command, use string) {
	cmd.Flags().BoolVar(&s.all, "all-projects", false, use)
}

// What --all-projects does.
const (
	scopeOfLast       = "let last mean the newest delivery of all projects"
	scopeOfDeliveries = "include the deliveries of other projects"
)

// project returns the project that a command keeps to; empty if it does not.
func (s scope) project(a *app) (string, error) {
	if s.all {
		return "", nil
	}
	return a.project()
}

// project returns the project of this command.
func (a *app) project() (string, error) {
	dir, err := a.dataDir()
	if err != nil {
		return "", err
	}
	live, err := session.Live(dir)
	if err != nil {
		return "", err
	}
	return a.here(live).Project, nil
}
