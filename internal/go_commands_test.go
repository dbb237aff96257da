package internal_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestGoCommandsInDocsAreValid checks that the directories of go commands exist, and that each pattern matches a test in them.
func TestGoCommandsInDocsAreValid(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	command := regexp.MustCompile("(?m)(?:^|`)go (?:test|run|build|install) [^`#\n]*")
	looked := 0
	for name, text := range markdownPages(t, root) {
		for _, line := range command.FindAllString(text, -1) {
			looked++
			for _, wrong := range missing(t, root, strings.Trim(line, "` ")) {
				t.Errorf("%s: %s: %s does not exist", name, strings.Trim(line, "` "), wrong)
			}
		}
	}
	if looked < 10 {
		t.Errorf("found only %d commands, want at least 10", looked)
	}
	t.Logf("%d commands", looked)
}

// missing returns the directories and patterns of a command that match nothing.
func missing(t *testing.T, root fs.FS, command string) (wrong []string) {
	t.Helper()
	var names strings.Builder
	fields := strings.Fields(command)
	for _, f := range fields {
		dir, local := strings.CutPrefix(f, "./")
		if dir = strings.TrimSuffix(strings.TrimSuffix(dir, "..."), "/"); !local || dir == "" {
			continue
		}
		entries, err := fs.ReadDir(root, dir)
		if err != nil {
			wrong = append(wrong, f)
			continue
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), "_test.go") {
				names.WriteString(readText(t, root, path.Join(dir, e.Name())))
			}
		}
	}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`).FindAllStringSubmatch(names.String(), -1)
	for i, f := range fields[:len(fields)-1] {
		pattern, _, _ := strings.Cut(strings.Trim(fields[i+1], "'"), "/")
		if f != "-run" && f != "-bench" && f != "-fuzz" || pattern == "^$" {
			continue
		}
		found := false
		for _, m := range function {
			found = found || regexp.MustCompile(pattern).MatchString(m[1])
		}
		if !found {
			wrong = append(wrong, pattern)
		}
	}
	return wrong
}

func TestMissingReportsDirectoriesAndPatterns(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	for command, want := range map[string]string{
		"go test ./internal -run Licenses -update":         "",
		"go test ./internal -run '^TestNoSuchThing$'":      "^TestNoSuchThing$",
		"go test -run '^$' -bench . ./internal/store":      "",
		"go test -run '^$' -bench Nothing ./internal/gone": "./internal/gone Nothing",
		"go test ./...": "",
	} {
		if got := strings.Join(missing(t, root, command), " "); got != want {
			t.Errorf("%s: got %q, want %q", command, got, want)
		}
	}
}
