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

// A row of the table in docs/architecture.md begins with the package and its layer, in plain text or Markdown.
var rowPattern = regexp.MustCompile("(?m)^[|\\s`*]*((?:internal|cmd)/[a-z0-9/]+)[|\\s`*]+([0-9]|[-–—])?")

func TestArchitectureHasARowForEveryPackage(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	got := rowsOf(readText(t, root, "docs/architecture.md"))
	want := map[string]string{}
	for _, dir := range packagesOf(readSources(t, root)) {
		want[dir] = layerOf(dir)
	}
	for dir, layer := range want {
		if row, ok := got[dir]; !ok {
			t.Errorf("docs/architecture.md has no row for %s", dir)
		} else if row != layer {
			t.Errorf("docs/architecture.md: %s is in layer %q, want %q", dir, row, layer)
		}
	}
	for dir := range got {
		if _, ok := want[dir]; !ok {
			t.Errorf("docs/architecture.md has a row for %s, which does not exist", dir)
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

func TestArchitectureHasNoLineForAnUnusedDependency(t *testing.T) {
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
			// A line may name one of several packages of a module.
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
			rows[match[1]] = noLayer
		}
	}
	return rows
}

// noLayer is the layer of main and testkit in the table.
const noLayer = "-"

func layerOf(dir string) string {
	name, ok := strings.CutPrefix(dir, "internal/")
	if !ok || name == testkit {
		return noLayer
	}
	return strconv.Itoa(layers[parentOf(name)])
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

func TestDirectDependenciesReadsBothForms(t *testing.T) {
	t.Parallel()
	const mod = "module m\n\ngo 1.26.0\n\nrequire a.org/a v1.0.0\n\nrequire (\n\tb.org/b/v2 v2.0.0\n\tc.org/c v1.0.0 // indirect\n)\n"
	if got, want := directDependencies(mod), []string{"a.org/a", "b.org/b/v2"}; !slices.Equal(got, want) {
		t.Errorf("directDependencies(%q) = %q, want %q", mod, got, want)
	}
}

func TestRowsOfReadsTextAndMarkdown(t *testing.T) {
	t.Parallel()
	const text = "cmd/vidiking   main only\n  internal/cli   4  commands\n| `internal/store` | 1 | the log |\ninternal/testkit  -  for tests\nSee internal/relay for more.\n"
	want := map[string]string{"cmd/vidiking": noLayer, "internal/cli": "4", "internal/store": "1", "internal/testkit": noLayer}
	got := rowsOf(text)
	for dir, layer := range want {
		if row, ok := got[dir]; !ok || row != layer {
			t.Errorf("row of %s in %q: got %q (%t), want %q", dir, text, row, ok, layer)
		}
	}
	if len(got) != len(want) {
		t.Errorf("rows of %q: got %q, want %q", text, got, want)
	}
}
