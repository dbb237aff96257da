package cmdutil

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// Scope limits a command to the deliveries of its project unless --all-projects is given. Commands that only read show all deliveries; for
// them the scope applies only to `last`.
type Scope struct{ all bool }

// AddFlag adds --all-projects with the given help text.
func (s *Scope) AddFlag(cmd *cobra.Command, use string) {
	cmd.Flags().BoolVar(&s.all, "all-projects", false, use)
}

// Help texts of --all-projects.
const (
	ScopeOfLast       = "make last the newest delivery of all projects"
	ScopeOfDeliveries = "include the deliveries of other projects"
)

// Project returns the project that the command is limited to; empty if it is not limited.
func (s Scope) Project(a *App) (string, error) {
	if s.all {
		return "", nil
	}
	return Project(a)
}

// Project returns the project of this command.
func Project(a *App) (string, error) {
	dir, err := a.DataDir()
	if err != nil {
		return "", err
	}
	live, err := session.Live(dir)
	if err != nil {
		return "", err
	}
	return Here(a, live).Project, nil
}

// EnvURL is the variable in which listen passes its URL to the command that it runs.
const EnvURL = "VIDIKING_WEBHOOK_URL"

// Here returns the location of this command: its working directory, project and parent session.
func Here(a *App, live []session.Info) session.Location {
	return session.Locate(live, a.Env.WorkDir, a.Env.Home, a.Env.Getenv(EnvURL), config.ProjectFileName, ".git")
}

// Choose returns the session that this command uses.
func Choose(a *App, live []session.Info) (session.Info, bool) {
	s, _, ok := session.Choose(live, Here(a, live))
	return s, ok
}
