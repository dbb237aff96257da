package cmdutil

import (
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// ConfigFlags returns the global flags that choose the configuration.
func ConfigFlags(a *App) config.Flags {
	return config.Flags{Config: a.Flags.Config, DataDir: a.Flags.DataDir, Profile: a.Flags.Profile, NewProfile: a.NewProfile}
}

// SayWarnings says what is odd about the configuration, for a command that uses what is in it.
func SayWarnings(a *App, p output.Printer) {
	for _, w := range a.Cfg.Warnings() {
		p.Warning("configuration", w.Msg, Lines(w.Hint))
	}
}
