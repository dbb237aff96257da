package cmdutil

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// WebhookKey is a name that `config get` accepts in addition to the settings. It names the webhook registered with Vidiking.
const WebhookKey = "webhook"

// CompleteKeys offers the settings. It spells them as on the command line (max-body) if the user typed a hyphen, else as in the file
// (max_body).
func CompleteKeys(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, NoFiles
	}
	spell := func(name string) string { return name }
	if strings.Contains(typed, "-") {
		spell = func(name string) string { return strings.ReplaceAll(name, "_", "-") }
	}
	var out []string
	for _, k := range config.Keys() {
		out = append(out, Describe(spell(k.Name), k.Summary))
	}
	return out, NoFiles
}

// CompleteSetting offers the settings for the first argument and the values of that setting for the second.
func CompleteSetting(a *App, cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return CompleteKeys(cmd, args, typed)
	}
	key, err := config.FindKey(args[0])
	if err != nil || len(args) > 1 {
		return nil, NoFiles
	}
	switch key.Name {
	case config.Forward:
		return CompleteForward(cmd, args, typed)
	case config.Events:
		return CompleteEventPatterns(cmd, args, typed)
	case config.Profile:
		return CompleteProfiles(a, cmd, args, typed)
	case config.DataDir:
		return nil, cobra.ShellCompDirectiveFilterDirs
	case config.SSHKey, config.NgrokRootCAs, config.NgrokPolicyFile:
		return CompleteFiles(cmd, args, typed)
	}
	return key.Values, NoFiles
}

// CompleteGettable offers the names that `config get` accepts.
func CompleteGettable(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	out, directive := CompleteKeys(cmd, args, typed)
	if len(args) == 0 {
		out = append(out, Describe(WebhookKey, "the webhook registered with Vidiking"))
	}
	return out, directive
}

// CompleteProfiles offers the profiles of the configuration.
func CompleteProfiles(a *App, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	// The profile on the command line is still being typed, so the configuration is loaded without it.
	cfg, err := config.Load(a.Env.ForConfig(), config.Flags{Config: a.Flags.Config, NewProfile: true})
	if err != nil {
		return nil, NoFiles
	}
	return cfg.Profiles(), NoFiles
}
