package internal_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestEveryThreatHasTests checks that docs/security.md names existing tests for every threat.
func TestEveryThreatHasTests(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	tests, stories := namesOfTests(t, root)
	_, table, ok := strings.Cut(readText(t, root, "docs/security.md"), "| tested by |\n")
	if !ok {
		t.Fatal("docs/security.md has no table of threats")
	}
	threats, named := 0, 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if len(cells) != 3 {
			break
		}
		if strings.HasPrefix(strings.TrimSpace(cells[0]), "---") {
			continue
		}
		threats++
		own := 0
		for _, m := range regexp.MustCompile("(story )?`([^`]+)`").FindAllStringSubmatch(cells[2], -1) {
			own++
			if known := m[1] == "" && tests[m[2]] || m[1] != "" && stories[m[2]]; !known {
				t.Errorf("%s: %s%s does not exist", strings.TrimSpace(cells[0]), m[1], m[2])
			}
		}
		if own == 0 {
			t.Errorf("%s: names no test", strings.TrimSpace(cells[0]))
		}
		named += own
	}
	if threats < 15 {
		t.Errorf("found only %d threats, want at least 15", threats)
	}
	t.Logf("%d threats, %d tests and stories named", threats, named)
}

// namesOfTests returns the names of all tests, fuzz targets and stories in the repository.
func namesOfTests(t *testing.T, root fs.FS) (tests, stories map[string]bool) {
	t.Helper()
	tests, stories = map[string]bool{}, map[string]bool{}
	name := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	for _, top := range []string{"internal", "cmd"} {
		err := fs.WalkDir(root, top, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.Name() == "node_modules":
				return fs.SkipDir
			case path.Ext(file) == ".txtar":
				stories[strings.TrimSuffix(path.Base(file), ".txtar")] = true
			case strings.HasSuffix(file, "_test.go"):
				for _, m := range name.FindAllStringSubmatch(readText(t, root, file), -1) {
					tests[m[1]] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return tests, stories
}
