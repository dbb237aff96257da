package cli

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// variable is an environment variable, and what it does.
type variable struct {
	name string
	what string
	any  bool // every command reads it
}

// variables is every environment variable that the program reads.
func variables() []variable {
	return []variable{
		{config.EnvSecret, "the signing secret: deliveries are checked and samples signed with it", false},
		{config.EnvAPIKey, "the key of your account at Vidiking", false},
		{config.EnvAPIURL, "where Vidiking's API is (--api-url)", false},
		{config.EnvConfig, "the configuration file (--config)", true},
		{config.EnvDataDir, "the directory of the delivery log and the sessions (--data-dir)", true},
		{config.EnvProfile, "the profile of the configuration (--profile)", true},
		{config.EnvNgrok, "the token of your ngrok account, for --tunnel ngrok", false},
		{"NO_COLOR", "no colour, where it is not empty; --color beats it", true},
		{"CLICOLOR_FORCE", "colour also where the output is no terminal, where it is neither empty nor 0", true},
		{"LC_ALL, LC_CTYPE, LANG", "the first one set says whether the terminal shows more than ASCII: ✓ ✗ ⊘ are + x # where it does not name UTF-8", true},
		{"VISUAL", "your editor, for --edit and the screen's e", false},
		{"EDITOR", "your editor, where VISUAL is not set", false},
		{"HTTPS_PROXY", "the proxy on the way to Vidiking and to the tunnel; HTTP_PROXY the one for http", false},
		{"NO_PROXY", "hosts that are reached without that proxy; this machine always is", false},
		{"SSH_AUTH_SOCK", "the SSH agent whose keys --tunnel ssh offers", false},
		{"XDG_CONFIG_HOME", "where the configuration is by default, else ~/.config (on Windows APPDATA)", true},
		{"XDG_STATE_HOME", "where the delivery log is by default, else ~/.local/state (on Windows LOCALAPPDATA)", true},
	}
}

// variableTerms are the named variables, as help lists them.
func variableTerms(names []string) []term {
	var terms []term
	for _, v := range variables() {
		if slices.Contains(names, v.name) {
			terms = append(terms, term{name: v.name, text: v.what})
		}
	}
	return terms
}
