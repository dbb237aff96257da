package cli

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// The golden file has the output of `vidiking help …` for every page.
func TestHelpOfEveryCommandAndTopic(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, p := range pages() {
		w := cmdutil.Environment{Args: append([]string{"help"}, strings.Fields(p.name)...), Streams: cmdutil.Streams{Stdout: &got, Stderr: &got}, LookupEnv: os.LookupEnv}
		got.WriteString("$ vidiking " + strings.Join(w.Args, " ") + "\n")
		if code := Main(t.Context(), w); code != output.ExitDone {
			t.Errorf("help %s: got exit code %d, want 0", p.name, code)
		}
		got.WriteString("\n")
	}
	const golden = "testdata/help.txt"
	if flag.Lookup("update").Value.String() == "true" {
		write(t, golden, got.String())
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("help differs from %s (-want +got):\n%s", golden, diff)
	}
}

func TestHelpFitsItsWidth(t *testing.T) {
	t.Parallel()
	for _, p := range pages() {
		var help strings.Builder
		if err := printHelp(&help, p); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(help.String()) {
			// Commands are not wrapped.
			if n := len([]rune(strings.TrimSpace(line))); n > helpWidth && !strings.Contains(line, "vidiking ") {
				t.Errorf("the help of %q has a line of %d characters: %s", p.name, n, line)
			}
		}
	}
}

func TestHelpCommandAndHelpFlagPrintTheSame(t *testing.T) {
	t.Parallel()
	for _, p := range pages() {
		if p.topic {
			continue
		}
		var help, flagged strings.Builder
		for out, args := range map[*strings.Builder][]string{
			&help: append([]string{"help"}, strings.Fields(p.name)...), &flagged: append(strings.Fields(p.name), "--help"),
		} {
			Main(t.Context(), cmdutil.Environment{Args: args, Streams: cmdutil.Streams{Stdout: out, Stderr: out}, LookupEnv: os.LookupEnv})
		}
		if help.String() != flagged.String() {
			t.Errorf("vidiking help %s and %s --help differ:\n%s", p.name, p.name, cmp.Diff(help.String(), flagged.String()))
		}
	}
}

func TestDocumentedExitCodesMatchHelp(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/exit-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(text), "`", "")
	for _, code := range exitCodes() {
		if want := "| " + code.name + " | " + code.text + " |"; !strings.Contains(plain, want) {
			t.Errorf("docs/exit-codes.md has no row %q", want)
		}
	}
}

func TestDocumentedTypesMatchHelp(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	var help strings.Builder
	if err := printHelp(&help, jsonTopic()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "## `"); ok {
			if name = strings.TrimSpace(strings.ReplaceAll(name, "`", "")); !strings.Contains(help.String(), "\n  "+name) {
				t.Errorf("help json says nothing of the type %s, of which docs/json.md tells", name)
			}
		}
	}
}

func TestHelpOfAnArgumentShowsItsCommand(t *testing.T) {
	t.Parallel()
	var got, want strings.Builder
	for out, args := range map[*strings.Builder][]string{&got: {"help", "completion", "zsh"}, &want: {"help", "completion"}} {
		if code := Main(t.Context(), cmdutil.Environment{Args: args, Streams: cmdutil.Streams{Stdout: out, Stderr: out}, LookupEnv: os.LookupEnv}); code != output.ExitDone {
			t.Errorf("%q: got exit code %d, want 0", args, code)
		}
	}
	if got.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want.String())
	}
}
