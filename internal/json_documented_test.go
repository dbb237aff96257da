package internal_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestEveryWarningCodeIsDocumented: programs tell warnings apart by their code, so docs/json.md lists all of them, and no other.
func TestEveryWarningCodeIsDocumented(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	// Those of the tunnel come as objects of their own.
	said := map[string]bool{"tunnel_down": true, "tunnel_back": true}
	inCode := regexp.MustCompile(`(?:\bCode:\s*|\bCode(?:, \w+\.\w+)* = |\bCause = |\bp\.Warning\()"([a-z_]+)"`)
	for _, dir := range []string{"internal/cli", "internal/output", "internal/display"} {
		for _, text := range sourcesIn(t, root, dir) {
			for _, m := range inCode.FindAllStringSubmatch(text, -1) {
				said[m[1]] = true
			}
		}
	}
	_, page, _ := strings.Cut(readText(t, root, "docs/json.md"), "\nThe codes. ")
	page, _, ok := strings.Cut(page, "\n## ")
	if !ok || len(said) < 30 {
		t.Fatalf("%d codes in the source, and docs/json.md has a list: %v", len(said), ok)
	}
	documented := map[string]bool{"tunnel_down": true, "tunnel_back": true}
	for line := range strings.Lines(page) {
		if cells := strings.Split(line, "|"); len(cells) == 4 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
				documented[m[1]] = true
			}
		}
	}
	for code := range said {
		if !documented[code] {
			t.Errorf("docs/json.md does not list the code %s", code)
		}
	}
	for code := range documented {
		if !said[code] {
			t.Errorf("docs/json.md lists the code %s, which nothing says", code)
		}
	}
}

// TestEveryFieldAndTypeOfJSONIsDocumented looks for what internal/output writes in docs/json.md.
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
				t.Errorf("docs/json.md does not tell of the field %s", m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\bof\("([a-z]+)"\)`).FindAllStringSubmatch(text, -1) {
			types++
			if !strings.Contains(page, "\n## `"+m[1]+"`\n") && !strings.Contains(others, "`"+m[1]+"`") {
				t.Errorf("docs/json.md does not tell of the type %s", m[1])
			}
		}
	}
	if fields < 100 || types < 15 {
		t.Errorf("only %d fields and %d types found: the test looks in the wrong place", fields, types)
	}
}

// sourcesIn is the text of a package's files, without its tests.
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
