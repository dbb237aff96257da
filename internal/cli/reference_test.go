package cli

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

const (
	referenceDir = "../../docs/reference"
	manDir       = "../../docs/man"
)

// pages returns the help pages of all commands, in the order of the command tree, and of all topics.
func pages() []page {
	root := newRootCommand(cmdutil.NewApp(cmdutil.Environment{LookupEnv: func(string) (string, bool) { return "", false }}))
	root.InitDefaultHelpCmd()
	var all []page
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		all = append(all, pageOf(cmd))
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				walk(c)
			}
		}
	}
	walk(root)
	return append(all, topics(root)...)
}

// With -update, the test writes docs/reference and docs/man.
func TestReferenceAndManualPagesAreUpToDate(t *testing.T) {
	t.Parallel()
	all := pages()
	files := map[string]string{filepath.Join(referenceDir, "README.md"): referenceIndex(all)}
	for _, p := range all {
		files[filepath.Join(referenceDir, p.fileName()+".md")] = p.markdown(all)
		files[filepath.Join(manDir, p.manName()+"."+p.manSection())] = p.roff(all)
	}
	fresh := flag.Lookup("update").Value.String() == "true"
	for path, text := range files {
		if fresh {
			write(t, path, text)
		}
		committed, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v: write it with go test ./internal/cli -update", err)
			continue
		}
		if diff := cmp.Diff(string(committed), text); diff != "" {
			t.Errorf("%s differs from help; update it: go test ./internal/cli -update (-committed +help):\n%s", path, diff)
		}
	}
	for _, dir := range []string{referenceDir, manDir} {
		checkNothingElse(t, dir, files)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkNothingElse reports pages of commands that no longer exist.
func checkNothingElse(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); files[path] == "" {
			t.Errorf("%s is about no command and no topic: remove it", path)
		}
	}
}

func TestEveryCommandHasExamplesAndExitCodes(t *testing.T) {
	t.Parallel()
	for _, p := range pages() {
		has := map[sectionKind]bool{}
		for _, s := range p.sections {
			has[s.kind] = true
		}
		if !p.topic && !has[sectionExamples] {
			t.Errorf("the help of %q has no examples", p.name)
		}
		if !p.topic && !has[sectionCommands] && !has[sectionExits] {
			t.Errorf("the help of %q has no exit codes", p.name)
		}
	}
}

func TestAManualPageHasEachHeadingOnce(t *testing.T) {
	t.Parallel()
	all := pages()
	for _, p := range all {
		seen := map[string]bool{}
		for line := range strings.Lines(p.roff(all)) {
			if strings.HasPrefix(line, ".SH ") && seen[line] {
				t.Errorf("%s has the heading %q twice", p.manName(), strings.TrimSpace(line))
			}
			seen[line] = true
		}
	}
}

func TestEveryFlagInHelpIsInTheReferenceAndTheManual(t *testing.T) {
	t.Parallel()
	flags := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z-]+)`)
	global, err := os.ReadFile(filepath.Join(referenceDir, "vidiking.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, p := range pages() {
		var help strings.Builder
		if err := printHelp(&help, p); err != nil {
			t.Fatal(err)
		}
		reference, err := os.ReadFile(filepath.Join(referenceDir, p.fileName()+".md"))
		if err != nil {
			t.Fatal(err)
		}
		manual, err := os.ReadFile(filepath.Join(manDir, p.manName()+"."+p.manSection()))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range flags.FindAllStringSubmatch(help.String(), -1) {
			found++
			if !strings.Contains(string(reference)+string(global), m[1]) {
				t.Errorf("the reference of %q has no %s", p.name, m[1])
			}
			if !strings.Contains(string(manual), roffText(m[1])) {
				t.Errorf("the manual page of %q has no %s", p.name, m[1])
			}
		}
	}
	if found < 150 {
		t.Errorf("only %d flags found: the test looks in the wrong place", found)
	}
}

func TestEveryFlagOfAGroupedCommandIsInAGroupOnce(t *testing.T) {
	t.Parallel()
	root := newRootCommand(cmdutil.NewApp(cmdutil.Environment{}))
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, s := range flagSections(cmd) {
			if s.title == "Other flags" {
				t.Errorf("%s: no group of its manual has %v", cmd.CommandPath(), s.terms)
			}
		}
		var named []string
		for line := range strings.Lines(cmd.Annotations[cmdutil.NoteFlags]) {
			_, names, _ := strings.Cut(line, ":")
			for _, name := range listed(names) {
				if cmd.LocalNonPersistentFlags().Lookup(name) == nil || slices.Contains(named, name) {
					t.Errorf("%s: a group names --%s, which is not a flag of this command or is in two groups", cmd.CommandPath(), name)
				}
				named = append(named, name)
			}
		}
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(root)
}

func TestHelpRefersToExistingPages(t *testing.T) {
	t.Parallel()
	all := pages()
	known := exitCodesTopic().sections[0].terms
	for _, p := range all {
		if !p.topic && len(p.sections) < 2 {
			t.Errorf("the page of %q has hardly anything", p.name)
		}
		for _, name := range p.seeAlso {
			if !slices.ContainsFunc(all, func(other page) bool { return other.name == name }) {
				t.Errorf("the page of %q names %q, which is neither command nor topic", p.name, name)
			}
		}
		for _, s := range p.sections {
			for _, code := range s.terms {
				if s.kind == sectionExits && !slices.ContainsFunc(known, func(k term) bool { return k.name == code.name }) {
					t.Errorf("%q ends with %s, which the topic exit-codes does not explain", p.name, code.name)
				}
			}
		}
	}
	for _, cmd := range newRootCommand(cmdutil.NewApp(cmdutil.Environment{})).Commands() {
		names := listed(cmd.Annotations[cmdutil.NoteEnvironment])
		if got := len(variableTerms(names)); got != len(names) {
			t.Errorf("%s: of the variables %v only %d are known", cmd.Name(), names, got)
		}
	}
}
