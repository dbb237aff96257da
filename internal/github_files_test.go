package internal_test

import (
	"io/fs"
	"os"
	"path"
	"testing"

	"go.yaml.in/yaml/v4"
)

// ecosystems maps the names of dependency files to Dependabot's ecosystems.
var ecosystems = map[string]string{"go.mod": "gomod", "package.json": "npm"}

func TestDependabotUpdatesEveryModule(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(readText(t, root, ".github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	looksAt := func(ecosystem, dir string) bool {
		for _, u := range config.Updates {
			for _, pattern := range u.Directories {
				if ok, err := path.Match(pattern, dir); u.Ecosystem == ecosystem && ok && err == nil {
					return true
				}
			}
		}
		return false
	}
	if !looksAt("github-actions", "/") {
		t.Error(".github/dependabot.yml has no github-actions in /")
	}
	found := 0
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules" || entry.Name() == "dist") {
			return fs.SkipDir
		}
		if ecosystem, ok := ecosystems[entry.Name()]; ok {
			found++
			if dir := path.Join("/", path.Dir(name)); !looksAt(ecosystem, dir) {
				t.Errorf(".github/dependabot.yml has no %s in %s", ecosystem, dir)
			}
		}
		return nil
	})
	if err != nil || found < 3 {
		t.Errorf("found only %d dependency files, want at least 3: %v", found, err)
	}
}

// TestIssueFormsAreValid checks for mistakes that GitHub refuses: a missing name, description or body, and duplicate ids.
func TestIssueFormsAreValid(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	files, err := fs.Glob(root, ".github/ISSUE_TEMPLATE/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if path.Base(file) == "config.yml" {
			continue
		}
		var form struct {
			Name, Description string
			Body              []struct {
				Type, ID   string
				Attributes struct{ Label, Value string }
			}
		}
		if err := yaml.Unmarshal([]byte(readText(t, root, file)), &form); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s: no name, description or body: %+v", file, form)
		}
		ids := map[string]bool{}
		for _, field := range form.Body {
			if field.Type == "markdown" {
				continue
			}
			if field.ID == "" || ids[field.ID] || field.Attributes.Label == "" {
				t.Errorf("%s: a field without a label or an id, or with a duplicate id: %+v", file, field)
			}
			ids[field.ID] = true
		}
	}
}
