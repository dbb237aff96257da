package cmdutil

import (
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/listen"
)

// ProjectGuard returns a guard for sends to targets from a project file, or nil if the targets come from elsewhere.
func ProjectGuard(cfg *config.Config) dispatch.Guard {
	if !cfg.IsFromProject(config.Forward) {
		return nil
	}
	return &listen.Guard{Private: true}
}

// Machine returns what choosing a tunnel provider needs to know about this machine.
func Machine(a *App) listen.Machine {
	return listen.Machine{LookupEnv: a.Env.LookupEnv, Home: a.Env.Home, GOOS: a.Env.GOOS, Version: ReadBuild().Version}
}
