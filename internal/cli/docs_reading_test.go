package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

var (
	markPattern  = regexp.MustCompile(`^<!-- ((?:not run|run by|file): \S.*) -->$`)
	fencePattern = regexp.MustCompile("^ *```")
	spanPattern  = regexp.MustCompile("`(vidiking [^`]+)`")
	// A command can start at the start of a line, after a prompt, a pipe, && or $(.
	startPattern = regexp.MustCompile(`(?:^|[$|(] ?|&& |- (?:run: )?)vidiking(?: |$)`)
)

// commandsOf returns the commands of a page: those in fenced and indented blocks, and `vidiking …` in sentences.
func commandsOf(text string) []documentedCommand {
	var all []documentedCommand
	mark, fenced := "", false
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", "")) {
		line = strings.TrimRight(line, "\n")
		switch m := markPattern.FindStringSubmatch(line); {
		case m != nil:
			mark = m[1]
		case fencePattern.MatchString(line):
			fenced = !fenced
			if !fenced {
				mark = ""
			}
		case fenced || strings.HasPrefix(line, "    "):
			for _, c := range commandsIn(strings.TrimSpace(line)) {
				all = append(all, documentedCommand{where: c, mark: mark})
			}
		default:
			for _, m := range spanPattern.FindAllStringSubmatch(line, -1) {
				if !strings.HasSuffix(m[1], " …") {
					all = append(all, documentedCommand{where: m[1]})
				}
			}
		}
	}
	return all
}

// commandsIn returns the calls of vidiking in a line of shell.
func commandsIn(line string) []string {
	var all []string
	for {
		at := startPattern.FindAllStringIndex(line, -1)
		if at == nil {
			return all
		}
		last := at[len(at)-1]
		begin := strings.Index(line[last[0]:], "vidiking") + last[0]
		command, rest := upToItsEnd(line[begin:])
		all = append(all, command)
		line = line[:begin] + "VALUE" + rest
	}
}

// upToItsEnd cuts a command at its end in a shell: at an unquoted pipe, redirection, bracket or comment, or at the -- that precedes
// another program's command line.
func upToItsEnd(s string) (command, rest string) {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' && strings.Count(s[i:], `"`) > 1:
			quote = c
		case strings.IndexByte("|>)<;&\"", c) >= 0 || strings.HasPrefix(s[i:], " # ") || strings.HasPrefix(s[i:], "   ") || strings.HasPrefix(s[i:], " -- "):
			return strings.TrimSpace(s[:i]), s[i:]
		}
	}
	return strings.TrimSpace(s), ""
}

// invocationOf parses the arguments after the program's name.
func invocationOf(args string) (invocation, error) {
	root := newRootCommand(cmdutil.NewApp(cmdutil.Environment{LookupEnv: func(string) (string, bool) { return "", false }}))
	root.InitDefaultHelpCmd()
	cmd, rest, err := root.Find(words(args))
	if err != nil {
		return invocation{}, err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil && !errors.Is(err, pflag.ErrHelp) {
		return invocation{}, err
	}
	if left := cmd.Flags().Args(); isGroup(cmd) && len(left) > 0 {
		return invocation{}, fmt.Errorf("%s has no command %s", cmd.CommandPath(), left[0])
	}
	return invocationFrom(cmd), nil
}

func invocationFrom(cmd *cobra.Command) invocation {
	in := invocation{path: strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "vidiking"), " ")}
	if in.path == "replay" {
		in.path = "webhooks replay" // both names are the same command
	}
	cmd.Flags().Visit(func(f *pflag.Flag) { in.flags = append(in.flags, "--"+f.Name) })
	for i, f := range in.flags {
		in.flags[i] = strings.TrimPrefix(f, "--")
	}
	slices.Sort(in.flags)
	return in
}

// storied returns the commands that stories and the scripts in them run.
func storied(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(storiesDir, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	run := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range commandsOfStory(string(text)) {
			if in, err := invocationOf(strings.TrimPrefix(command, "vidiking")); err == nil { // some are invalid on purpose
				run[in.bare()] = true
			}
		}
	}
	return run
}

var storyPattern = regexp.MustCompile(`^(?:\[[^]]*\] )*(?:! )?(?:exec|exits \d+) (.*)`)

func commandsOfStory(text string) []string {
	var all []string
	file := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "-- ") && strings.HasSuffix(line, " --") {
			file = line[3 : len(line)-3]
			continue
		}
		if strings.HasSuffix(file, ".sh") {
			all = append(all, commandsIn(line)...)
			continue
		}
		m := storyPattern.FindStringSubmatch(line)
		if file != "" || m == nil {
			continue
		}
		if _, command, ok := strings.Cut(" "+m[1], " vidiking"); ok {
			command, _ = upToItsEnd("vidiking" + command)
			all = append(all, command)
		}
	}
	return all
}

// words splits a command at unquoted spaces, which is enough for the commands in the documentation.
func words(s string) []string {
	var out []string
	quote := rune(0)
	var word strings.Builder
	begun := false
	for _, r := range s + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, begun = r, true
		case r == ' ' && quote == 0:
			if begun || word.Len() > 0 {
				out = append(out, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
		}
	}
	return out
}
