package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// makers lists, by package, what creates an error message: a function or a literal's type, and the argument or field with the message.
// Arguments after the message of Usage and Failed are hints, which must be covered too. A package with a new way of creating errors for
// users needs a row here.
var makers = map[string][]maker{
	"cli": {
		{name: "Usage", arg: 0, hints: true}, {name: "usage", arg: 0, hints: true}, {name: "Failed", arg: 1, hints: true}, {name: "failed", arg: 1, hints: true},
		{name: "Failure", field: "What"}, {name: "failure", field: "What"},
	},
	"listen":   {{name: "Usage", arg: 0, hints: true}, {name: "Failed", arg: 1, hints: true}, {name: "Failure", field: "What"}},
	"send":     {{name: "Usage", arg: 0, hints: true}, {name: "Failed", arg: 1, hints: true}, {name: "Failure", field: "What"}},
	"output":   {{name: "Usage", arg: 0, hints: true}, {name: "Failed", arg: 1, hints: true}, {name: "Failure", field: "What"}},
	"config":   {{name: "problem", arg: 0}, {name: "fail", arg: 1}, {name: "failValue", arg: 1}, {name: "Error", field: "Msg"}, {name: "ValueError", field: "Msg"}},
	"dispatch": {{name: "TargetError", arg: 0}},
	"account":  {{name: "URLError", arg: 0}},
	"vidiking": {{name: "URLError", arg: 0}},
	"load":     {{name: "wrong", arg: 2}},
	"jsontext": {{name: "pathProblem", arg: 2}, {name: "problemAt", arg: 3}, {name: "fail", arg: 0}},
}

type maker struct {
	name  string
	arg   int    // of a call, or of a literal without field names
	field string // of a literal with field names; empty for others
	hints bool
}

// site is a place in the source that creates an error.
type site struct {
	at    string // file:line
	file  string
	words string // a pattern of the message, with .* for parts known only at run time
	hints []string
}

// name returns the site's name in the tables of errors_exceptions_test.go.
func (s site) name() string { return s.file + ": " + s.words }

// fewestLetters is the number of known letters in a message that is enough to identify it.
const fewestLetters = 6

func TestEveryErrorIsInTheGolden(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the golden is what stories say on Linux")
	}
	all := readErrors(t)
	found := map[string]bool{}
	for _, s := range sitesOfErrors(t) {
		found[s.name()] = true
		words, told := s.pattern()
		shown := told && slices.ContainsFunc(all, func(e ending) bool { return s.says(words, e) })
		reason, excused := uncovered[s.name()]
		switch {
		case excused && reason == "":
			t.Errorf("%s: uncovered gives no reason: %q", s.at, s.name())
		case excused && shown:
			t.Errorf("%s: the golden file has it; remove it from uncovered: %q", s.at, s.name())
		case !told && !excused:
			t.Errorf("%s: too little of the message is known to search for it; add a pattern to messagePatterns: %q", s.at, s.name())
		case !shown && !excused:
			t.Errorf("%s: no story ends with this error: %q %q", s.at, s.name(), s.hints)
		}
	}
	if t.Failed() {
		t.Log("A story must cause each error (see testdata/script/errors_*.txtar), and it must be in " + errorsGolden +
			", which TestStories -update writes. If no story can cause an error, add it with the reason to errors_exceptions_test.go.")
	}
	for _, table := range []map[string]string{uncovered, messagePatterns} {
		for name := range table {
			if !found[name] {
				t.Errorf("errors_exceptions_test.go has an error that no longer exists: %s", name)
			}
		}
	}
}

// pattern returns the pattern that identifies the site's messages; ok is false if there is none.
func (s site) pattern() (pattern string, told bool) {
	if by, ok := messagePatterns[s.name()]; ok {
		return by, true
	}
	return s.words, letters(s.words) >= fewestLetters
}

// says reports whether an ending belongs to the site: it has its message, followed by all of its hints.
func (s site) says(words string, e ending) bool {
	at := regexp.MustCompile("(?s)" + words).FindStringIndex(e.Said)
	if at == nil {
		return false
	}
	for _, hint := range s.hints {
		if letters(hint) >= fewestLetters && !regexp.MustCompile("(?s)(hint:  |       )"+hint).MatchString(e.Said) {
			return false
		}
	}
	return true
}

// letters counts the known letters of a pattern.
func letters(pattern string) (n int) {
	for _, r := range strings.ReplaceAll(pattern, ".*", "") {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// sitesOfErrors finds the sites in the source of the program.
func sitesOfErrors(t *testing.T) (all []site) {
	t.Helper()
	for pkg, makers := range makers {
		dir := filepath.Join("..", "..", "internal", pkg)
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		below, err2 := filepath.Glob(filepath.Join(dir, "*", "*.go"))
		if files = append(files, below...); err != nil || err2 != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v, %v", dir, len(files), err, err2)
		}
		read := &siteReader{makers: makers, positions: token.NewFileSet(), constants: map[string]ast.Expr{}}
		var parsed []*ast.File
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(read.positions, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, file)
			read.noteConstants(file)
		}
		for _, file := range parsed {
			read.file = pkg + "/" + filepath.Base(read.positions.File(file.Pos()).Name())
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
					read.function(f)
				}
			}
		}
		all = append(all, read.sites...)
	}
	return all
}

// siteReader walks the functions of a package.
type siteReader struct {
	makers    []maker
	positions *token.FileSet
	file      string
	constants map[string]ast.Expr   // of the package
	assigned  map[string][]ast.Expr // the values assigned to each name in the function
	sites     []site
}

func (r *siteReader) noteConstants(file *ast.File) {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			r.noteValues(spec.(*ast.ValueSpec), func(name string, value ast.Expr) { r.constants[name] = value })
		}
	}
}

func (r *siteReader) noteValues(spec *ast.ValueSpec, note func(string, ast.Expr)) {
	for i, name := range spec.Names {
		if i < len(spec.Values) {
			note(name.Name, spec.Values[i])
		}
	}
}

func (r *siteReader) function(f *ast.FuncDecl) {
	r.assigned = map[string][]ast.Expr{}
	for _, parameters := range f.Type.Params.List {
		for _, name := range parameters.Names {
			r.assigned[name.Name] = []ast.Expr{nil} // anything
		}
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if name, ok := left.(*ast.Ident); ok && len(n.Rhs) == len(n.Lhs) {
					r.assigned[name.Name] = append(r.assigned[name.Name], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			r.noteValues(n, func(name string, value ast.Expr) { r.assigned[name] = append(r.assigned[name], value) })
		}
		return true
	})
	if slices.ContainsFunc(r.makers, func(m maker) bool { return m.name == f.Name.Name }) {
		return // the caller provides the message
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		for _, m := range r.makers {
			r.look(n, m)
		}
		return true
	})
}

// look adds a site if the node matches a maker.
func (r *siteReader) look(n ast.Node, m maker) {
	var words ast.Expr
	var hints []ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		if m.field != "" || nameOf(n.Fun) != m.name || len(n.Args) <= m.arg {
			return
		}
		words = n.Args[m.arg]
		if m.hints && n.Ellipsis == token.NoPos {
			hints = n.Args[m.arg+1:]
		}
	case *ast.CompositeLit:
		if nameOf(n.Type) != m.name {
			return
		}
		words = elementOf(n, m)
	case *ast.AssignStmt: // f.what = …
		if sel, ok := n.Lhs[0].(*ast.SelectorExpr); ok && m.field != "" && sel.Sel.Name == m.field && n.Tok == token.ASSIGN {
			words = n.Rhs[0]
		}
	}
	if words == nil {
		return
	}
	at := r.positions.Position(n.Pos())
	s := site{at: r.file + ":" + strconv.Itoa(at.Line), file: r.file, words: r.patternOf(words, 0)}
	if letters(s.words) == 0 && path.Dir(s.file) != "cli" && path.Dir(s.file) != "listen" && path.Dir(s.file) != "send" {
		return // it passes on the message of another site
	}
	for _, h := range hints {
		s.hints = append(s.hints, r.patternOf(h, 0))
	}
	r.sites = append(r.sites, s)
}

func elementOf(lit *ast.CompositeLit, m maker) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if m.field != "" && nameOf(kv.Key) == m.field {
				return kv.Value
			}
		}
	}
	if m.field == "" && len(lit.Elts) > m.arg {
		return lit.Elts[m.arg]
	}
	return nil
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

var verbs = regexp.MustCompile(`%[-+# 0-9.*]*[a-zA-Z]`)

// patternOf returns a pattern for the text of an expression, as far as the source shows it.
func (r *siteReader) patternOf(e ast.Expr, deep int) string {
	const any = ".*"
	if deep > 8 {
		return any
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return any
		}
		return regexp.QuoteMeta(text)
	case *ast.ParenExpr:
		return r.patternOf(e.X, deep+1)
	case *ast.BinaryExpr:
		return strings.ReplaceAll(r.patternOf(e.X, deep+1)+r.patternOf(e.Y, deep+1), any+any, any)
	case *ast.CallExpr:
		if nameOf(e.Fun) == "Sprintf" {
			return verbs.ReplaceAllString(r.patternOf(e.Args[0], deep+1), any)
		}
	case *ast.Ident:
		var texts []string
		for _, value := range r.assigned[e.Name] {
			texts = append(texts, r.patternOf(value, deep+1))
		}
		if value, ok := r.constants[e.Name]; ok && len(texts) == 0 {
			texts = append(texts, r.patternOf(value, deep+1))
		}
		switch {
		case len(texts) == 1:
			return texts[0]
		case len(texts) > 1 && !slices.Contains(texts, any):
			return "(" + strings.Join(texts, "|") + ")"
		}
	}
	return any
}
