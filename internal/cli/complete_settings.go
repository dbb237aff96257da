package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// completeKeys offers the settings, spelled as what is typed begins: the file's max_body or the command line's max-body.
func completeKeys(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	spell := func(name string) string { return name }
	if strings.Contains(typed, "-") {
		spell = func(name string) string { return strings.ReplaceAll(name, "_", "-") }
	}
	var out []string
	for _, k := range config.Keys() {
		out = append(out, describe(spell(k.Name), k.Summary))
	}
	return out, noFiles
}

// completeSetting offers the settings, then what the one on the line can be.
func (a *app) completeSetting(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return completeKeys(cmd, args, typed)
	}
	key, err := config.FindKey(args[0])
	if err != nil || len(args) > 1 {
		return nil, noFiles
	}
	switch key.Name {
	case config.Forward:
		return completeForward(cmd, args, typed)
	case config.Events:
		return completeEventPatterns(cmd, args, typed)
	case config.Profile:
		return a.completeProfiles(cmd, args, typed)
	case config.DataDir:
		return nil, cobra.ShellCompDirectiveFilterDirs
	case config.SSHKey, config.NgrokRootCAs, config.NgrokPolicyFile:
		return completeFiles(cmd, args, typed)
	}
	return key.Values, noFiles
}

func completeGettable(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	out, directive := completeKeys(cmd, args, typed)
	if len(args) == 0 {
		out = append(out, describe(webhookKey, "what was registered with Vidiking from here"))
	}
	return out, directive
}

func (a *app) completeProfiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	// The profile that is being typed is not one yet, so the configuration is loaded without it.
	cfg, err := config.Load(a.w.configWorld(), config.Flags{Config: a.flags.config, NewProfile: true})
	if err != nil {
		return nil, noFiles
	}
	return cfg.Profiles(), noFiles
}
