//go:build !windows

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completed is a command line and the completions that shells must offer for it.
type completed struct {
	line string
	want []string // must be offered
	not  []string // must not be offered
}

// completedLines are typed into every shell. DELIVERY is the id of the newest delivery, which is refused, OTHER the one before.
func completedLines() []completed {
	return []completed{
		{line: "vidiking ", want: []string{"listen", "trigger", "webhooks", "replay", "config", "help"}, not: []string{"a-file"}},
		{line: "vidiking webhooks l", want: []string{"list"}},
		{line: "vidiking webhooks list --st", want: []string{"--status"}},
		{line: "vidiking listen --ver", want: []string{"--verify", "--verbose"}},
		{line: "vidiking listen --verify ", want: []string{"strict", "warn", "off"}, not: []string{"a-file"}},
		{line: "vidiking listen --timeout ", not: []string{"a-file"}},
		{line: "vidiking trigger --data a-", want: []string{"a-file"}},
		{line: "vidiking sign a-", want: []string{"a-file"}},
		{line: "vidiking listen -- a-", want: []string{"a-file"}},
		{line: "vidiking trigger render", want: []string{"render.complete", "render.failed", "render-failure"}},
		{line: "vidiking trigger render.c", want: []string{"render.complete"}},
		{line: "vidiking listen --wait-for ai.", want: []string{"ai.complete", "ai.failed"}},
		{line: "vidiking listen --events render.complete,wallet.d", want: []string{"render.complete,wallet.deposit"}},
		{line: "vidiking trigger render.complete --set data.u", want: []string{"data.url="}},
		{line: "vidiking replay ", want: []string{"DELIVERY", "OTHER", "last"}, not: []string{"a-file"}},
		{line: "vidiking replay dlv_", want: []string{"DELIVERY", "OTHER"}},
		{line: "vidiking webhooks diff DELIVERY ", want: []string{"OTHER"}, not: []string{"DELIVERY"}},
		{line: "vidiking listen --profile ", want: []string{"staging"}},
		{line: "vidiking config set ver", want: []string{"verify"}},
		{line: "vidiking config set max-", want: []string{"max-body"}},
		{line: "vidiking config set verify ", want: []string{"strict", "warn", "off"}},
		{line: "vidiking config get for", want: []string{"forward"}},
		{line: "vidiking webhooks list --filter sta", want: []string{"status:"}},
		{line: "vidiking webhooks list --filter status:ref", want: []string{"status:refused"}},
		{line: "vidiking help exit", want: []string{"exit-codes"}},
		{line: "vidiking help webhooks sh", want: []string{"show"}},
		{line: "vidiking -o ", want: []string{"json", "text"}},
		{line: "vidiking completion ", want: []string{"bash", "zsh", "fish", "powershell"}},
	}
}

// The test types lines into the real shells and reads the completions that they offer.
func TestShellsOfferTheExpectedCompletions(t *testing.T) {
	t.Parallel()
	for name, offered := range map[string]func(*testing.T, *testHome, []string) [][]string{
		"bash": offeredByBash, "zsh": offeredByZsh, "fish": offeredByFish,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(name); err != nil {
				t.Skipf("There is no %s here.", name)
			}
			w := newTestHome(t)
			ids := w.readyToComplete(t)
			var lines []string
			all := completedLines()
			for _, c := range all {
				lines = append(lines, ids.Replace(c.line))
			}
			got := offered(t, w, lines)
			for i, c := range all {
				for _, want := range c.want {
					if !slices.Contains(got[i], ids.Replace(want)) {
						t.Errorf("%s: got %q, want %s among it", lines[i], got[i], ids.Replace(want))
					}
				}
				for _, not := range c.not {
					if slices.Contains(got[i], ids.Replace(not)) {
						t.Errorf("%s: got %q, and %s has no place in it", lines[i], got[i], ids.Replace(not))
					}
				}
			}
		})
	}
}

// The test compares the messages quoted in `help completion` and docs/troubleshooting.md with those of the shells.
func TestShellsWithoutCompletionSupportPrintTheDocumentedError(t *testing.T) {
	t.Parallel()
	for shell, tc := range map[string]struct{ script, run, says string }{
		"bash": {"vidiking.bash", `COMP_WORDS=(vidiking tri) COMP_CWORD=1 COMP_LINE="vidiking tri" COMP_POINT=12; __start_vidiking`, "_get_comp_words_by_ref: command not found"},
		"zsh":  {"_vidiking", "", "command not found: compdef"},
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("There is no %s here.", shell)
			}
			args := map[string][]string{"bash": {"--norc", "--noprofile"}, "zsh": {"-f"}}[shell]
			args = append(args, "-c", "source '"+script(t, tc.script)+"'\n"+tc.run)
			out, _ := exec.CommandContext(t.Context(), shell, args...).CombinedOutput() // it fails with a message
			if !strings.Contains(string(out), tc.says) {
				t.Errorf("got %q, want %q in it", out, tc.says)
			}
			for _, page := range []string{"../../docs/troubleshooting.md", "../../internal/cli/testdata/help.txt"} {
				text, err := os.ReadFile(page)
				if err != nil {
					t.Fatal(err)
				}
				if words := strings.Join(strings.Fields(string(text)), " "); !strings.Contains(words, tc.says) {
					t.Errorf("%s does not say %q", page, tc.says)
				}
			}
		})
	}
}

// readyToComplete adds two deliveries, a profile and a file to the sandbox. It returns the deliveries' ids by their names in completedLines.
func (w *testHome) readyToComplete(t *testing.T) *strings.Replacer {
	t.Helper()
	var ids []string
	for range 2 {
		_, stdout, _ := w.run(t, program(t), "trigger", "render.complete", "--to", "localhost:1")
		ids = append(ids, idOf(t, stdout))
	}
	if code, _, stderr := w.run(t, program(t), "config", "set", "forward", "localhost:9", "--profile", "staging"); code != 0 {
		t.Fatal(stderr)
	}
	w.write(t, "a-file", "")
	return strings.NewReplacer("DELIVERY", ids[1], "OTHER", ids[0])
}

func idOf(t *testing.T, row string) string {
	t.Helper()
	at := strings.Index(row, "dlv_")
	if at < 0 {
		t.Fatalf("no id in %q", row)
	}
	return strings.Fields(row[at:])[0]
}

// script returns a completion script of the repository.
func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "completions", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// offeredBehind marks the end of the completions for a line.
const offeredBehind = "----"

// Each shell inserts all completions of a line at ^X^A, and writes the resulting line to ~/offered at ^X^D.
const (
	bashStart = `PS1='ready$ '
. "$BASH_COMPLETION"
. "$SCRIPT"
bind '"\C-x\C-a": insert-completions'
write() { printf '%s\n----\n' "$READLINE_LINE" >> ~/offered; READLINE_LINE= READLINE_POINT=0; }
bind -x '"\C-x\C-d": write'
`
	zshStart = `PS1='ready$ '
fpath=("${SCRIPT:h}" $fpath)
autoload -Uz compinit && compinit -u -D
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' insert yes
zstyle ':completion:all-matches::::' completer _all_matches _complete
bindkey '^X^A' all-matches
write() { print -r -- "$BUFFER" >> ~/offered; print -r -- ---- >> ~/offered; BUFFER= }
zle -N write
bindkey '^X^D' write
`
)

func offeredByBash(t *testing.T, w *testHome, lines []string) [][]string {
	t.Helper()
	start := w.write(t, "start.bash", bashStart)
	w.env = append(w.env, "SCRIPT="+script(t, "vidiking.bash"), "BASH_COMPLETION="+bashCompletion(t))
	return w.typedInto(t, lines, "bash", "--noprofile", "--rcfile", start, "-i")
}

// bashCompletion returns the path of bash-completion, whose functions the bash script calls.
func bashCompletion(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/share/bash-completion/bash_completion", "/usr/local/share/bash-completion/bash_completion", "/opt/homebrew/etc/profile.d/bash_completion.sh"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skip("There is no bash-completion here.")
	return ""
}

func offeredByZsh(t *testing.T, w *testHome, lines []string) [][]string {
	t.Helper()
	w.write(t, ".zshrc", zshStart)
	w.env = append(w.env, "SCRIPT="+script(t, "_vidiking"), "ZDOTDIR="+w.home)
	return w.typedInto(t, lines, "zsh", "-d", "-i")
}

// typedInto types lines into a shell at a terminal and returns the completions for each.
func (w *testHome) typedInto(t *testing.T, lines []string, shell string, args ...string) [][]string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Fatal(err)
	}
	x := w.sitAt(t, path, 200, 50, args...)
	x.shows("ready$")
	var offered [][]string
	for i, line := range lines {
		x.types(line + "\x18\x01\x18\x04")
		var said []string
		x.until("what "+shell+" offers for "+line, func() bool {
			text, _ := os.ReadFile(filepath.Join(w.home, "offered")) // the file does not exist before the first line
			said = strings.Split(string(text), "\n"+offeredBehind+"\n")
			return len(said) > i+1
		})
		// The completions replaced the last word of the line. Bash quotes even commas.
		offered = append(offered, strings.Fields(strings.ReplaceAll(said[i][strings.LastIndexByte(line, ' '):], `\`, "")))
	}
	return offered
}

// offeredByFish asks fish with its own command for completions.
func offeredByFish(t *testing.T, w *testHome, lines []string) [][]string {
	t.Helper()
	const ask = `source $argv[1]; for line in $argv[2..-1]; complete -C "$line"; echo ` + offeredBehind + `; end`
	code, stdout, stderr := w.run(t, "fish", append([]string{"--no-config", "-c", ask, script(t, "vidiking.fish")}, lines...)...)
	said := strings.Split(stdout, offeredBehind+"\n")
	if code != 0 || len(said) != len(lines)+1 {
		t.Fatalf("fish ended with %d, and said %d things of %d lines:\n%s%s", code, len(said)-1, len(lines), stdout, stderr)
	}
	var offered [][]string
	for _, s := range said[:len(lines)] {
		var items []string
		for line := range strings.Lines(s) {
			item, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			items = append(items, item)
		}
		offered = append(offered, items)
	}
	return offered
}

// write writes a file in the sandbox's home and returns its path.
func (w *testHome) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
