package cli

import (
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// config loads the configuration, once.
func (a *app) config() (*config.Config, error) {
	if a.cfg != nil {
		return a.cfg, nil
	}
	cfg, err := config.Load(a.w.configWorld(), a.configFlags())
	if err != nil {
		return nil, err
	}
	for _, f := range []struct{ key, value string }{{config.APIURL, a.flags.apiURL}, {config.Sandbox, a.flags.sandbox}} {
		if f.value == "" {
			continue
		}
		if err := cfg.Override(f.key, f.value); err != nil {
			return nil, err
		}
	}
	a.cfg = cfg
	return cfg, nil
}

func (a *app) configFlags() config.Flags {
	return config.Flags{Config: a.flags.config, DataDir: a.flags.dataDir, Profile: a.flags.profile, NewProfile: a.newProfile}
}

// dataDir is the directory of the delivery log and the sessions.
func (a *app) dataDir() (string, error) {
	cfg, err := a.config()
	if err != nil {
		return "", err
	}
	return cfg.DataDir()
}

// sayWarnings says what is odd about the configuration, for a command that uses what is in it.
func (a *app) sayWarnings(p output.Printer) {
	for _, w := range a.cfg.Warnings() {
		p.Warning("configuration", w.Msg, lines(w.Hint))
	}
}

// settings is the configuration with what the command's flags say over it. A setting's flag has its key's name, with - for _.
func (a *app) settings(flags *pflag.FlagSet) (*config.Config, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	for _, k := range config.Keys() {
		if f := flags.Lookup(k.Flag); k.Flag != "" && f != nil && f.Changed {
			if err := cfg.Override(k.Name, f.Value.String()); err != nil {
				return nil, err
			}
		}
	}
	return cfg, nil
}
