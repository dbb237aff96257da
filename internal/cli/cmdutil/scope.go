package cmdutil

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// Scope is which deliveries a command acts on: those of its project, unless --all-projects is given. Commands that only read show all;
// there the scope is about `last` alone.
type Scope struct{ all bool }

// AddFlag adds --all-projects.
func (s *Scope) AddFlag(cmd *cobra.Command, use string) {
	cmd.Flags().BoolVar(&s.all, "all-projects", false, use)
}

// What --all-projects does.
const (
	ScopeOfLast       = "let last mean the newest delivery of all projects"
	ScopeOfDeliveries = "include the deliveries of other projects"
)

// Project returns the project that a command keeps to; empty if it does not.
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

// EnvURL is what tells a command where the listen that started it takes deliveries.
const EnvURL = "VIDIKING_WEBHOOK_URL"

// Here returns where this command runs.
func Here(a *App, live []session.Info) session.Location {
	return session.Locate(live, a.W.WorkDir, a.W.Home, a.W.Env(EnvURL), config.ProjectFileName, ".git")
}

// Choose picks the session that this command means.
func Choose(a *App, live []session.Info) (session.Info, bool) {
	s, _, ok := session.Choose(live, Here(a, live))
	return s, ok
}
