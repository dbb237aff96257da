package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a Go file of the module, for any operating system.
type source struct {
	path   string // slash-separated, from the module's root
	test   bool
	files  *token.FileSet // for the positions in syntax
	syntax *ast.File
}

// readSources parses all Go files, because `go list` would return only the files for one operating system.
func readSources(t *testing.T, root fs.FS) []source {
	t.Helper()
	var sources []source
	files := token.NewFileSet()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && isExcluded(root, name) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		sources = append(sources, source{path: name, test: strings.HasSuffix(name, "_test.go"), files: files, syntax: syntax})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// isExcluded reports whether `./...` excludes a directory: it is hidden, test data or a separate module.
func isExcluded(root fs.FS, dir string) bool {
	base := path.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return true
	}
	_, err := fs.Stat(root, dir+"/go.mod")
	return err == nil
}

// internalName returns the package's name in the table of layers. It returns false for packages outside internal.
func (s source) internalName() (string, bool) {
	return strings.CutPrefix(path.Dir(s.path), "internal/")
}

func (s source) imports() []string {
	var found []string
	for _, spec := range s.syntax.Imports {
		if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
			found = append(found, imported)
		}
	}
	return found
}

func (s source) internalImports() []string {
	var found []string
	for _, imported := range s.imports() {
		if name, ok := strings.CutPrefix(imported, module+"/internal/"); ok {
			found = append(found, name)
		}
	}
	return found
}

// importNames maps the names under which the file imports packages to their import paths.
func (s source) importNames() map[string]string {
	names := map[string]string{}
	for i, imported := range s.imports() {
		name := path.Base(imported)
		if given := s.syntax.Imports[i].Name; given != nil {
			name = given.Name
		}
		names[name] = imported
	}
	return names
}

// packagesOf returns the directories of main and the internal packages.
func packagesOf(sources []source) []string {
	var dirs []string
	for _, s := range sources {
		dir := path.Dir(s.path)
		if strings.HasPrefix(dir, "internal/") || strings.HasPrefix(dir, "cmd/") {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
