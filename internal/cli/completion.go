package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// shells returns the shells that Cobra writes completions for.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func newCompletionCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script for a shell",
		Long: `Print a script that completes commands, flags, events and delivery ids in your shell: bash, zsh, fish or powershell. Packages install
it. Otherwise, set it up for every new shell:

  bash        echo 'source <(vidiking completion bash)' >> ~/.bashrc
  zsh         echo 'source <(vidiking completion zsh)' >> ~/.zshrc
  fish        vidiking completion fish > ~/.config/fish/completions/vidiking.fish
  powershell  Add-Content $PROFILE 'vidiking completion powershell | Out-String | Invoke-Expression'

bash needs the package bash-completion (in apt, dnf, pacman and brew), loaded before the script; otherwise Tab prints
"_get_comp_words_by_ref: command not found". zsh needs compinit before that line (autoload -U compinit; compinit); otherwise it prints
"command not found: compdef".`,
		Example: "  source <(vidiking completion bash)\n  vidiking completion zsh > \"${fpath[1]}/_vidiking\"\n  vidiking completion bash > /etc/bash_completion.d/vidiking",
		Annotations: cmdutil.Manual{
			Exits: `0 done
2 unknown shell`,
			SeeAlso: "help",
		}.Annotations(),
		DisableFlagsInUseLine: true,
		ValidArgs:             shells(),
		Args:                  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			all := strings.Join(shells(), ", ")
			if len(args) != 1 {
				return cmdutil.Usage("completion needs the name of a shell", "choose from "+all)
			}
			if !slices.Contains(shells(), args[0]) {
				return cmdutil.Usage(fmt.Sprintf("unknown shell %q", args[0]), "choose from "+all)
			}
			return output.ClosedPipe(writeCompletion(cmd.Root(), args[0], a.Env.Stdout))
		},
	}
}

func writeCompletion(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	default: // powershell
		return root.GenPowerShellCompletionWithDesc(w)
	}
}
