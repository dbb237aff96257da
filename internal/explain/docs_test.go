package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TestTheDocumentationListsEveryCode compares the table of docs/refusals.md with the constants in the code.
func TestTheDocumentationListsEveryCode(t *testing.T) {
	t.Parallel()
	codes := constants(t, "../refusal/codes.go")
	for _, f := range []webhook.Failure{webhook.FailureTLSUnknownIssuer, webhook.FailureTLSNoSAN, webhook.FailureTLSOtherName, webhook.FailureTLSExpired} {
		codes[string(f)] = true
	}
	page, err := os.ReadFile("../../docs/refusals.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	_, table, _ := strings.Cut(string(page), "\n## The codes\n")
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "`"); strings.HasPrefix(line, "| `") {
			listed[cells[1]] = true
		}
	}
	for code := range codes {
		if !listed[code] {
			t.Errorf("docs/refusals.md does not list %s", code)
		}
	}
	for code := range listed {
		if !codes[code] {
			t.Errorf("docs/refusals.md lists %s, which no finding has", code)
		}
	}
}

// TestEveryCodeIsAConstant makes sure that the test above sees every code.
func TestEveryCodeIsAConstant(t *testing.T) {
	t.Parallel()
	literal := regexp.MustCompile(`Code:\s+"\w+"`)
	for _, dir := range []string{".", "../refusal", "../conformance", "../signature"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if found := literal.Find(text); found != nil {
				t.Errorf("%s has %s", name, found)
			}
		}
	}
}

// constants returns the values of the constants of a Go file whose names begin with Code.
func constants(t *testing.T, name string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values[value] = true
		}
		return true
	})
	if len(values) < 30 {
		t.Fatalf("%s has %d codes, want more", name, len(values))
	}
	return values
}
