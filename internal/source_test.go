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

// A source is one Go file of the module, for whatever system it is built.
type source struct {
	path   string // slash-separated, from the module's root
	test   bool
	files  *token.FileSet // where the positions of syntax belong
	syntax *ast.File
}

// readSources reads with the parser and not with `go list`, which sees one system's files only.
func readSources(t *testing.T, root fs.FS) []source {
	t.Helper()
	var sources []source
	files := token.NewFileSet()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && leftOut(root, name) {
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

// leftOut says which directories `./...` does not mean either: hidden ones, test data and modules of their own.
func leftOut(root fs.FS, dir string) bool {
	base := path.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return true
	}
	_, err := fs.Stat(root, dir+"/go.mod")
	return err == nil
}

// internalName is the package's name in the table, and whether it is one that the table is about.
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

// importNames gives the import path behind each name by which the file calls a package.
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

// packagesOf lists the directories that hold a package, main and the internal ones.
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
