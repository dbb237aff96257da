// Package internal_test proves what docs/architecture.md says about the packages: who may import whom, who alone knows
// which library, and what none of them does.
package internal_test

import (
	"fmt"
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/vidiking/vidiking-cli"

// testkit stands beside the floors: tests of any floor may import it, it may import what floor 2 may, and nothing that
// ships imports it.
const (
	testkit      = "testkit"
	testkitFloor = 2
)

// floors is the table: a package imports only lower floors. A new package adds its row here and in docs/architecture.md.
var floors = map[string]int{
	"cli": 5,

	"listen": 4,
	"send":   4,

	"output":    3,
	"tui":       3,
	"inspector": 3,
	"demo":      3,
	"doctor":    3,

	"explain":     2,
	"relay":       2,
	"view":        2,
	"load":        2,
	"account":     2,
	"emulator":    2,
	"conformance": 2,

	"signature": 1,
	"sample":    1,
	"display":   1,
	"refusal":   1,
	"recording": 1,
	"dispatch":  1,
	"store":     1,
	"session":   1,
	"tunnel":    1,
	"vidiking":  1,
	"config":    1,
	"editor":    1,

	"jsontext":   0,
	"webhook":    0,
	"filter":     0,
	"hosts":      0,
	"htmltext":   0,
	"atomicfile": 0,
	"suggest":    0,

	testkit: testkitFloor,
}

// besides names the packages of floor 0 that another package of floor 0 may import. All others of floor 0 import nothing of ours.
var besides = map[string][]string{
	"webhook": {"jsontext", "suggest"},
	"filter":  {"webhook", "jsontext", "suggest", "hosts"},
}

// forTests owns the libraries that do not ship.
const forTests = ""

// owners names the one package that knows a library, by the beginning of the library's import path.
var owners = map[string]string{
	"github.com/spf13/cobra":        "cli",
	"github.com/spf13/pflag":        "cli",
	"github.com/fatih/color":        "output",
	"charm.land/":                   "tui",
	"github.com/sahilm/":            "tui",
	"github.com/charmbracelet/":     "tui",
	"golang.ngrok.com/":             "tunnel",
	"golang.org/x/crypto/ssh":       "tunnel",
	"go.yaml.in/yaml":               "tunnel",
	"github.com/pelletier/go-toml":  "config",
	"github.com/BurntSushi/toml":    "config",
	"database/sql":                  "store/sqlite",
	"modernc.org/sqlite":            "store/sqlite",
	"github.com/ncruces/go-sqlite3": "store/sqlite",
	"zombiezen.com/go/sqlite":       "store/sqlite",

	"github.com/creack/pty":                    forTests,
	"github.com/rogpeppe/go-internal":          forTests,
	"github.com/google/go-cmp":                 forTests,
	"github.com/santhosh-tekuri/jsonschema/v6": forTests,
	"go.uber.org/goleak":                       forTests,
}

// ends is what stops the whole process and leaves deferred work undone. Only main may.
var ends = map[string][]string{
	"os":      {"Exit"},
	"log":     {"Fatal", "Fatalf", "Fatalln"},
	"syscall": {"Exit"},
}

// rules say what a file does that it must not.
var rules = []func(source) []string{
	packagesHaveARow,
	importsGoDown,
	testkitIsForTests,
	nounsNeedOnlyTheStandardLibrary,
	librariesHaveOneOwner,
	mainOnlyHandsOver,
	onlyMainEndsTheProcess,
}

func TestEveryPackageKeepsToItsFloor(t *testing.T) {
	t.Parallel()
	sources := readSources(t, os.DirFS(".."))
	if len(sources) == 0 {
		t.Fatal("no Go files found: the test looks in the wrong place")
	}
	for _, breach := range breaches(sources) {
		t.Error(breach)
	}
}

func breaches(sources []source) []string {
	var found []string
	for _, s := range sources {
		for _, broken := range rules {
			for _, what := range broken(s) {
				found = append(found, s.path+": "+what)
			}
		}
	}
	return append(found, changesOfPackageState(sources)...)
}

func packagesHaveARow(s source) []string {
	name, ok := s.internalName()
	if !ok {
		return nil
	}
	if _, ok := floors[parentOf(name)]; !ok {
		return []string{fmt.Sprintf("internal/%s has no row in the table of floors", name)}
	}
	return nil
}

// parentOf is the package that a sub-package belongs to, and whose floor and libraries it has.
func parentOf(name string) string {
	parent, _, _ := strings.Cut(name, "/")
	return parent
}

// isReachable reports whether a package may import a sub-package: only its parent may, and below cli its other sub-packages.
func isReachable(sub, from string) bool {
	return sub == parentOf(sub) || from == parentOf(sub) || parentOf(from) == "cli" && parentOf(sub) == "cli"
}

// importsGoDown lets tests import their own floor too: what two neighbours make of the same bytes is worth a test.
func importsGoDown(s source) []string {
	name, ok := s.internalName()
	if !ok {
		return nil
	}
	var found []string
	for _, imported := range s.internalImports() {
		own, other := floors[parentOf(name)], floors[parentOf(imported)]
		if !isReachable(imported, name) {
			found = append(found, fmt.Sprintf("internal/%s imports internal/%s, which only internal/%s may", name, imported, parentOf(imported)))
			continue
		}
		if other < own || parentOf(imported) == parentOf(name) || s.test && other == own || imported == testkit || slices.Contains(besides[name], imported) {
			continue
		}
		found = append(found, fmt.Sprintf("internal/%s (floor %d) imports internal/%s (floor %d)", name, own, imported, other))
	}
	return found
}

func testkitIsForTests(s source) []string {
	if s.test || !slices.Contains(s.internalImports(), testkit) {
		return nil
	}
	return []string{"imports internal/testkit, which is for tests"}
}

func nounsNeedOnlyTheStandardLibrary(s source) []string {
	name, _ := s.internalName()
	if floor, ok := floors[name]; !ok || floor > 0 || s.test {
		return nil
	}
	var found []string
	for _, imported := range s.imports() {
		host, _, _ := strings.Cut(imported, "/")
		if strings.Contains(host, ".") && !slices.Contains(besides[name], strings.TrimPrefix(imported, module+"/internal/")) {
			found = append(found, fmt.Sprintf("floor 0 imports %s, which is not of the standard library", imported))
		}
	}
	return found
}

// librariesHaveOneOwner leaves tests alone: to spoil a file for its reader, a test may have to know what is inside.
func librariesHaveOneOwner(s source) []string {
	name, inside := s.internalName()
	if s.test || name == testkit {
		return nil
	}
	var found []string
	for _, imported := range s.imports() {
		for library, owner := range owners {
			switch {
			case !strings.HasPrefix(imported, library), inside && (name == owner || parentOf(name) == owner):
			case owner == forTests:
				found = append(found, fmt.Sprintf("imports %s, which is for tests", imported))
			default:
				found = append(found, fmt.Sprintf("imports %s, which only internal/%s knows", imported, owner))
			}
		}
	}
	return found
}

func mainOnlyHandsOver(s source) []string {
	if s.test || !strings.HasPrefix(s.path, "cmd/") {
		return nil
	}
	var found []string
	for _, imported := range s.internalImports() {
		if imported != "cli" {
			found = append(found, fmt.Sprintf("main imports internal/%s; it hands the real world to internal/cli", imported))
		}
	}
	return found
}

func onlyMainEndsTheProcess(s source) []string {
	if s.test || strings.HasPrefix(s.path, "cmd/") {
		return nil
	}
	names := s.importNames()
	var found []string
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && slices.Contains(ends[names[x.Name]], selector.Sel.Name) {
			found = append(found, fmt.Sprintf("%s.%s ends the process; only main may", x.Name, selector.Sel.Name))
		}
		return true
	})
	return found
}

func TestEveryRuleCatchesItsBreach(t *testing.T) {
	t.Parallel()
	const at = `"` + module + `/internal/`
	tests := []struct {
		name, path, text string
		want             string // the only breach; none where empty
	}{
		{"down", "internal/cli/a.go", `import _ ` + at + `store"`, ""},
		{"up", "internal/store/a.go", `import _ ` + at + `relay"`, "internal/store/a.go: internal/store (floor 1) imports internal/relay (floor 2)"},
		{"neighbour", "internal/store/a.go", `import _ ` + at + `config"`, "internal/store/a.go: internal/store (floor 1) imports internal/config (floor 1)"},
		{"neighbour in a test", "internal/store/a_test.go", `import _ ` + at + `config"`, ""},
		{"up in a test", "internal/store/a_test.go", `import _ ` + at + `cli"`, "internal/store/a_test.go: internal/store (floor 1) imports internal/cli (floor 5)"},
		{"up on another system", "internal/store/a_windows.go", `import _ ` + at + `cli"`, "internal/store/a_windows.go: internal/store (floor 1) imports internal/cli (floor 5)"},
		{"no row", "internal/util/a.go", "", "internal/util/a.go: internal/util has no row in the table of floors"},
		{"no row, nested", "internal/util/y/a.go", "", "internal/util/y/a.go: internal/util/y has no row in the table of floors"},
		{"a sub-package", "internal/store/a.go", `import _ ` + at + `store/sqlite"`, ""},
		{"another package's sub-package", "internal/relay/a.go", `import _ ` + at + `store/sqlite"`, "internal/relay/a.go: internal/relay imports internal/store/sqlite, which only internal/store may"},
		{"command groups", "internal/cli/a/a.go", `import _ ` + at + `cli/b"`, ""},
		{"a library in a sub-package", "internal/cli/a/a.go", `import _ "github.com/spf13/cobra"`, ""},
		{"no row, but a module of its own", "internal/util/x/a.go", "", ""},
		{"test data", "internal/util/testdata/a.go", "", ""},
		{"testkit in a test", "internal/webhook/a_test.go", `import _ ` + at + `testkit"`, ""},
		{"testkit in what ships", "internal/cli/a.go", `import _ ` + at + `testkit"`, "internal/cli/a.go: imports internal/testkit, which is for tests"},
		{"nouns", "internal/webhook/a.go", `import _ "net/http"`, ""},
		{"nouns with a library", "internal/filter/a.go", `import _ "golang.org/x/sys/unix"`, "internal/filter/a.go: floor 0 imports golang.org/x/sys/unix, which is not of the standard library"},
		{"a filter of nouns", "internal/filter/a.go", `import _ ` + at + `webhook"`, ""},
		{"a filter of more", "internal/filter/a.go", `import _ ` + at + `store"`, "internal/filter/a.go: internal/filter (floor 0) imports internal/store (floor 1)\ninternal/filter/a.go: floor 0 imports " + module + "/internal/store, which is not of the standard library"},
		{"a noun of filters", "internal/webhook/a.go", `import _ ` + at + `filter"`, "internal/webhook/a.go: internal/webhook (floor 0) imports internal/filter (floor 0)\ninternal/webhook/a.go: floor 0 imports " + module + "/internal/filter, which is not of the standard library"},
		{"a library at home", "internal/store/sqlite/a.go", `import _ "database/sql"`, ""},
		{"a library of a sub-package in its parent", "internal/store/a.go", `import _ "database/sql"`, "internal/store/a.go: imports database/sql, which only internal/store/sqlite knows"},
		{"a library elsewhere", "internal/relay/a.go", `import _ "modernc.org/sqlite/lib"`, "internal/relay/a.go: imports modernc.org/sqlite/lib, which only internal/store/sqlite knows"},
		{"a library in main", "cmd/vidiking/main.go", `import _ "github.com/spf13/cobra"`, "cmd/vidiking/main.go: imports github.com/spf13/cobra, which only internal/cli knows"},
		{"a test library in what ships", "internal/relay/a.go", `import _ "github.com/google/go-cmp/cmp"`, "internal/relay/a.go: imports github.com/google/go-cmp/cmp, which is for tests"},
		{"main hands over", "cmd/vidiking/main.go", `import _ ` + at + `cli"`, ""},
		{"main does it itself", "cmd/vidiking/main.go", `import _ ` + at + `store"`, "cmd/vidiking/main.go: main imports internal/store; it hands the real world to internal/cli"},
		{"exit in main", "cmd/vidiking/main.go", `import "os"; func main() { os.Exit(1) }`, ""},
		{"exit elsewhere", "internal/cli/a.go", `import real "os"; func f() { real.Exit(1) }`, "internal/cli/a.go: real.Exit ends the process; only main may"},
		{"a method called Exit", "internal/cli/a.go", `func f(os interface{ Exit() }) { os.Exit() }`, ""},
		{"a table", "internal/cli/a.go", `import "errors"; var errX, names = errors.New("x"), []string{"a"}`, ""},
		{"a variable set", "internal/cli/a.go", `var n int; func f() { n = 1 }`, "internal/cli/a.go: package-level variable n is changed"},
		{"a variable counted", "internal/cli/a.go", `var n int; func f() { n++ }`, "internal/cli/a.go: package-level variable n is changed"},
		{"an entry set", "internal/cli/a.go", `import "x.org/x"; var n = x.Map(); func f() { n["a"].b = x.New() }`, "internal/cli/a.go: package-level variable n is changed"},
		{"a local of the same name", "internal/cli/a.go", `var n int; func f() { n := 1; n++; _ = n }`, ""},
		{"a field of the same name", "internal/cli/a.go", `var n int; type t struct{ n int }; func (t *t) f() { t.n = 1 }`, ""},
		{"a lock", "internal/cli/a.go", `import "sync"; var mu sync.Mutex`, "internal/cli/a.go: package-level variable mu is a sync.Mutex, made to be changed"},
		{"an atomic", "internal/cli/a.go", `import "sync/atomic"; var p atomic.Pointer[int]`, "internal/cli/a.go: package-level variable p is a atomic.Pointer, made to be changed"},
		{"computed once", "internal/cli/a.go", `import "sync"; var f = sync.OnceValue(func() int { return 1 })`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := breaches(readSources(t, fstest.MapFS{
				tt.path:                  {Data: []byte("package p\n" + tt.text)},
				"internal/util/x/go.mod": {},
			}))
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("%s:\n%s\ngot  %q\nwant %q", tt.path, tt.text, got, tt.want)
			}
		})
	}
}
