package cli_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func TestEveryCommandInTheDocumentationIsOne(t *testing.T) {
	t.Parallel()
	commands := documented(t)
	if len(commands) < 10 {
		t.Fatalf("only %d commands found: the test looks in the wrong place", len(commands))
	}
	for _, command := range commands {
		x := newTerminal(t, 80)
		args, _, _ := strings.Cut(strings.TrimPrefix(command, "vidiking "), " #")
		args, _, _ = strings.Cut(args, " -- ") // what is behind it is another program's
		w := x.world(nil, append(words(args), "--help")...)
		if code := cli.Main(context.Background(), w); code != 0 {
			t.Errorf("%s: got exit code %d, want 0:\n%s", command, code, x.screen.String())
		}
	}
}

// documented returns the commands that stand in the README and in docs: lines of their own, and the ends of printed ones.
func documented(t *testing.T) []string {
	t.Helper()
	var commands []string
	read := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
			if strings.HasPrefix(line, "vidiking ") && !strings.HasPrefix(line, "vidiking help") {
				commands = append(commands, line)
			}
		}
	}
	read("../../README.md")
	err := filepath.WalkDir("../../docs", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Base(path) == "reference" {
			return fs.SkipDir // written from the commands themselves
		}
		if err == nil && filepath.Ext(path) == ".md" {
			read(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return commands
}

// words splits a command as a shell does, as far as the documentation goes: at spaces that are not within single quotes.
func words(s string) []string {
	var out []string
	quoted := false
	var word strings.Builder
	for _, r := range s + " " {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == ' ' && !quoted:
			if word.Len() > 0 {
				out = append(out, word.String())
				word.Reset()
			}
		default:
			word.WriteRune(r)
		}
	}
	return out
}
