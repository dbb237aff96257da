package internal_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A row of the table in docs/architecture.md begins with the package and its floor, in plain text or as Markdown.
var rowPattern = regexp.MustCompile("(?m)^[|\\s`*]*((?:internal|cmd)/[a-z0-9/]+)[|\\s`*]+([0-9]|[-–—])?")

func TestArchitectureHasARowForEveryPackage(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	got := rowsOf(readText(t, root, "docs/architecture.md"))
	want := map[string]string{}
	for _, dir := range packagesOf(readSources(t, root)) {
		want[dir] = floorOf(dir)
	}
	for dir, floor := range want {
		if row, ok := got[dir]; !ok {
			t.Errorf("docs/architecture.md has no row for %s", dir)
		} else if row != floor {
			t.Errorf("docs/architecture.md: %s is on floor %q, want %q", dir, row, floor)
		}
	}
	for dir := range got {
		if _, ok := want[dir]; !ok {
			t.Errorf("docs/architecture.md has a row for %s, which is not there", dir)
		}
	}
}

func TestArchitectureHasALineForEveryDependency(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	text := readText(t, root, "docs/architecture.md")
	for _, dependency := range directDependencies(readText(t, root, "go.mod")) {
		if !regexp.MustCompile(regexp.QuoteMeta(dependency) + `([^\w/-]|$)`).MatchString(text) {
			t.Errorf("docs/architecture.md has no line for %s", dependency)
		}
	}
}

func TestArchitectureNamesNoDependencyThatIsGone(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	_, text, _ := strings.Cut(readText(t, root, "docs/architecture.md"), "\n## Dependencies\n")
	direct := directDependencies(readText(t, root, "go.mod"))
	named := map[string]bool{}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
			// One of several packages of a module may stand for it.
			if !slices.ContainsFunc(direct, func(module string) bool { return m[1] == module || strings.HasPrefix(m[1], module+"/") }) {
				t.Errorf("docs/architecture.md has a line for %s, which go.mod does not require", m[1])
			}
			if named[m[1]] {
				t.Errorf("docs/architecture.md has two lines for %s", m[1])
			}
			named[m[1]] = true
		}
	}
	if len(named) < len(direct)-2 {
		t.Errorf("%d dependencies named, go.mod requires %d", len(named), len(direct))
	}
}

func readText(t *testing.T, root fs.FS, name string) string {
	t.Helper()
	text, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func rowsOf(text string) map[string]string {
	rows := map[string]string{}
	for _, match := range rowPattern.FindAllStringSubmatch(text, -1) {
		rows[match[1]] = match[2]
		if strings.Trim(match[2], "-–—") == "" {
			rows[match[1]] = noFloor
		}
	}
	return rows
}

// noFloor is what the table says of main, which stands outside the floors, and of testkit, which stands beside them.
const noFloor = "-"

func floorOf(dir string) string {
	name, ok := strings.CutPrefix(dir, "internal/")
	if !ok || name == testkit {
		return noFloor
	}
	return strconv.Itoa(floors[parentOf(name)])
}

func directDependencies(mod string) []string {
	var found []string
	for raw := range strings.SplitSeq(mod, "\n") {
		line := strings.TrimPrefix(strings.TrimSpace(raw), "require ")
		if strings.HasSuffix(line, "// indirect") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) == 2 && strings.HasPrefix(fields[1], "v") {
			found = append(found, fields[0])
		}
	}
	slices.Sort(found)
	return found
}

func TestDirectDependenciesAreReadFromBothForms(t *testing.T) {
	t.Parallel()
	const mod = "module m\n\ngo 1.26.0\n\nrequire a.org/a v1.0.0\n\nrequire (\n\tb.org/b/v2 v2.0.0\n\tc.org/c v1.0.0 // indirect\n)\n"
	if got, want := directDependencies(mod), []string{"a.org/a", "b.org/b/v2"}; !slices.Equal(got, want) {
		t.Errorf("directDependencies(%q) = %q, want %q", mod, got, want)
	}
}

func TestRowsAreReadFromTextAndMarkdown(t *testing.T) {
	t.Parallel()
	const text = "cmd/vidiking   main only\n  internal/cli   4  commands\n| `internal/store` | 1 | the log |\ninternal/testkit  -  for tests\nSee internal/relay for more.\n"
	want := map[string]string{"cmd/vidiking": noFloor, "internal/cli": "4", "internal/store": "1", "internal/testkit": noFloor}
	got := rowsOf(text)
	for dir, floor := range want {
		if row, ok := got[dir]; !ok || row != floor {
			t.Errorf("row of %s in %q: got %q (%t), want %q", dir, text, row, ok, floor)
		}
	}
	if len(got) != len(want) {
		t.Errorf("rows of %q: got %q, want %q", text, got, want)
	}
}
