package internal_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestEveryWarningCodeIsDocumented compares the codes in the source with docs/json.md, because programs rely on them.
func TestEveryWarningCodeIsDocumented(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	// The codes of tunnels are in tunnel objects, not in warnings.
	inSource := map[string]bool{"tunnel_down": true, "tunnel_back": true}
	inCode := regexp.MustCompile(`(?:\bCode:\s*|\bCode(?:, \w+\.\w+)* = |\bCause = |\bp\.Warning\()"([a-z_]+)"`)
	for _, dir := range []string{"internal/cli", "internal/listen", "internal/send", "internal/output", "internal/explain"} {
		for _, text := range sourcesIn(t, root, dir) {
			for _, m := range inCode.FindAllStringSubmatch(text, -1) {
				inSource[m[1]] = true
			}
		}
	}
	_, page, _ := strings.Cut(readText(t, root, "docs/json.md"), "\n### Warning codes\n")
	page, _, ok := strings.Cut(page, "\n## ")
	if !ok || len(inSource) < 30 {
		t.Fatalf("found %d codes in the source; docs/json.md has a list: %v", len(inSource), ok)
	}
	documented := map[string]bool{"tunnel_down": true, "tunnel_back": true}
	for line := range strings.Lines(page) {
		if cells := strings.Split(line, "|"); len(cells) == 4 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
				documented[m[1]] = true
			}
		}
	}
	for code := range inSource {
		if !documented[code] {
			t.Errorf("docs/json.md does not list the code %s", code)
		}
	}
	for code := range documented {
		if !inSource[code] {
			t.Errorf("docs/json.md lists the code %s, which the source does not have", code)
		}
	}
}

// TestEveryFieldAndTypeOfJSONIsDocumented looks up every field and type of internal/output in docs/json.md.
func TestEveryFieldAndTypeOfJSONIsDocumented(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	page := readText(t, root, "docs/json.md")
	_, others, _ := strings.Cut(page, "\n## Others\n")
	others, _, _ = strings.Cut(others, "\n## ")
	fields, types := 0, 0
	for _, text := range sourcesIn(t, root, "internal/output") {
		for _, m := range regexp.MustCompile("`json:\"([a-z_0-9]+)").FindAllStringSubmatch(text, -1) {
			fields++
			if !regexp.MustCompile("[`.]"+m[1]+"`").MatchString(page) && m[1] != "v" && m[1] != "type" {
				t.Errorf("docs/json.md does not document the field %s", m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\bof\("([a-z]+)"\)`).FindAllStringSubmatch(text, -1) {
			types++
			if !strings.Contains(page, "\n## `"+m[1]+"`\n") && !strings.Contains(others, "`"+m[1]+"`") {
				t.Errorf("docs/json.md does not document the type %s", m[1])
			}
		}
	}
	if fields < 100 || types < 15 {
		t.Errorf("found only %d fields and %d types, want at least 100 and 15", fields, types)
	}
}

// sourcesIn returns the text of each file of a package, without its tests.
func sourcesIn(t *testing.T, root fs.FS, dir string) []string {
	t.Helper()
	names, err := fs.Glob(root, path.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	below, err := fs.Glob(root, path.Join(dir, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, below...)
	var texts []string
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			texts = append(texts, readText(t, root, name))
		}
	}
	return texts
}
