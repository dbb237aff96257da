package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// shells are those that Cobra writes completions for.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func newCompletionCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script for a shell",
		Long: `Prints the script that completes commands, flags, events and delivery ids in your shell: bash, zsh, fish or powershell. Packages
bring it. Else this has it in every new shell:

  bash        echo 'source <(vidiking completion bash)' >> ~/.bashrc
  zsh         echo 'source <(vidiking completion zsh)' >> ~/.zshrc
  fish        vidiking completion fish > ~/.config/fish/completions/vidiking.fish
  powershell  Add-Content $PROFILE 'vidiking completion powershell | Out-String | Invoke-Expression'

In bash it takes the package bash-completion (apt, dnf, pacman and brew have it), which must be loaded before. Without it, Tab says
_get_comp_words_by_ref: command not found. In zsh it takes compinit, before that line: autoload -U compinit; compinit. Without it, zsh
says command not found: compdef.`,
		Example: "  source <(vidiking completion bash)\n  vidiking completion zsh > \"${fpath[1]}/_vidiking\"\n  vidiking completion bash > /etc/bash_completion.d/vidiking",
		Annotations: cmdutil.Manual{
			Exits: `0 done
2 there are none for that shell`,
			SeeAlso: "help",
		}.Annotations(),
		DisableFlagsInUseLine: true,
		ValidArgs:             shells(),
		Args:                  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			all := strings.Join(shells(), ", ")
			if len(args) != 1 {
				return cmdutil.Usage("for which shell?", "one of "+all)
			}
			if !slices.Contains(shells(), args[0]) {
				return cmdutil.Usage("there are no completions for "+args[0], "there are for "+all)
			}
			return cmdutil.ClosedPipe(writeCompletion(cmd.Root(), args[0], a.W.Stdout))
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
