package cli

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// variable is an environment variable.
type variable struct {
	name string
	text string
	any  bool // read by every command
}

// variables returns every environment variable that the program reads.
func variables() []variable {
	return []variable{
		{config.EnvSecret, "the webhook signing secret, for verifying deliveries and signing samples", false},
		{config.EnvAPIKey, "the API key of your Vidiking account", false},
		{config.EnvAPIURL, "the URL of Vidiking's API (--api-url)", false},
		{config.EnvConfig, "the configuration file (--config)", true},
		{config.EnvDataDir, "the directory of the delivery log and the sessions (--data-dir)", true},
		{config.EnvProfile, "the profile of the configuration (--profile)", true},
		{config.EnvNgrok, "the authtoken of your ngrok account, for --tunnel ngrok", false},
		{"NO_COLOR", "no color, if it is not empty; --color overrides it", true},
		{"CLICOLOR_FORCE", "color even if the output is not a terminal, unless it is empty or 0", true},
		{"LC_ALL, LC_CTYPE, LANG", "the first one that is set; if it does not name UTF-8, output is ASCII (+ x # for ✓ ✗ ⊘)", true},
		{"VISUAL", "your editor, for --edit and for e in the screen", false},
		{"EDITOR", "your editor, if VISUAL is not set", false},
		{"HTTPS_PROXY", "the proxy for Vidiking's API and the tunnel; HTTP_PROXY for plain http", false},
		{"NO_PROXY", "hosts to reach without the proxy; this machine always is", false},
		{"SSH_AUTH_SOCK", "the SSH agent whose keys --tunnel ssh offers", false},
		{"XDG_CONFIG_HOME", "the parent of the configuration directory (default ~/.config; on Windows %APPDATA%)", true},
		{"XDG_STATE_HOME", "the parent of the data directory (default ~/.local/state; on Windows %LOCALAPPDATA%)", true},
	}
}

// variableTerms returns the named variables for a help page.
func variableTerms(names []string) []term {
	var terms []term
	for _, v := range variables() {
		if slices.Contains(names, v.name) {
			terms = append(terms, term{name: v.name, text: v.text})
		}
	}
	return terms
}
