package cmdutil

import (
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/listen"
)

// ProjectGuard returns the guard of a sender to the configured targets; nil, unless a project file names them.
func ProjectGuard(cfg *config.Config) dispatch.Guard {
	if !cfg.IsFromProject(config.Forward) {
		return nil
	}
	return &listen.Guard{Private: true}
}

// Machine returns what choosing a tunnel provider needs to know about this machine.
func Machine(a *App) listen.Machine {
	return listen.Machine{LookupEnv: a.W.LookupEnv, Home: a.W.Home, GOOS: a.W.GOOS, Version: ReadBuild().Version}
}
