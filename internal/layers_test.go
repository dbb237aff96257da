// Package internal_test checks the rules of docs/architecture.md: which package may import which, which package owns which library, and
// that no package has mutable state. It also checks the repository's documentation, workflows and release configuration.
package internal_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/vidiking/vidiking-cli"

// testkit is for tests of all layers. It may import what layer 2 may import, and code that ships must not import it.
const (
	testkit      = "testkit"
	testkitLayer = 2
)

// layers contains the layer of each package. A package imports only lower layers. Add new packages here and in docs/architecture.md.
var layers = map[string]int{
	"cli": 5,

	"listen": 4,
	"send":   4,
	"demo":   4,
	"doctor": 4,

	"output": 3,
	"tui":    3,

	"explain":     2,
	"conformance": 2,
	"relay":       2,
	"view":        2,
	"load":        2,
	"account":     2,
	"emulator":    2,

	"signature": 1,
	"sample":    1,
	"display":   1,
	"refusal":   1,
	"recording": 1,
	"dispatch":  1,
	"retry":     1,
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
	"pause":      0,
	"atomicfile": 0,
	"suggest":    0,

	testkit: testkitLayer,
}

// layer0Imports lists which packages of layer 0 another package of layer 0 may import. All others import no package of this module.
var layer0Imports = map[string][]string{
	"webhook": {"jsontext", "suggest"},
	"filter":  {"webhook", "jsontext", "suggest", "hosts"},
}

// forTests is the owner of libraries that only tests may import.
const forTests = ""

// owners maps the prefix of a library's import path to the only package that may import it.
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

// rules return the violations in a file.
var rules = []func(source) []string{
	checkRow,
	checkLayers,
	checkTestkit,
	checkLayer0,
	checkOwners,
	checkMain,
}

func TestPackagesKeepToTheirLayers(t *testing.T) {
	t.Parallel()
	sources := readSources(t, os.DirFS(".."))
	if len(sources) == 0 {
		t.Fatal("found no Go files")
	}
	for _, v := range violations(sources) {
		t.Error(v)
	}
}

func violations(sources []source) []string {
	var found []string
	for _, s := range sources {
		for _, check := range rules {
			for _, problem := range check(s) {
				found = append(found, s.path+": "+problem)
			}
		}
	}
	return append(found, mutablePackageState(sources)...)
}

func checkRow(s source) []string {
	name, ok := s.internalName()
	if !ok {
		return nil
	}
	if _, ok := layers[parentOf(name)]; !ok {
		return []string{fmt.Sprintf("internal/%s is not in the table of layers", name)}
	}
	return nil
}

// parentOf returns the parent of a sub-package, which determines its layer and libraries.
func parentOf(name string) string {
	parent, _, _ := strings.Cut(name, "/")
	return parent
}

// siblings are the packages whose sub-packages may import each other.
var siblings = []string{"cli", "tui", "store"}

// isReachable reports whether a package may import a sub-package. Only its parent may, except for siblings.
func isReachable(sub, from string) bool {
	parent := parentOf(sub)
	return sub == parent || from == parent || parentOf(from) == parent && slices.Contains(siblings, parent)
}

// checkLayers also lets tests import packages of their own layer, because they may compare two packages.
func checkLayers(s source) []string {
	name, ok := s.internalName()
	if !ok {
		return nil
	}
	var found []string
	for _, imported := range s.internalImports() {
		own, other := layers[parentOf(name)], layers[parentOf(imported)]
		if !isReachable(imported, name) {
			found = append(found, fmt.Sprintf("internal/%s imports internal/%s, which only internal/%s may import", name, imported, parentOf(imported)))
			continue
		}
		if other < own || parentOf(imported) == parentOf(name) || s.test && other == own || imported == testkit || slices.Contains(layer0Imports[name], imported) {
			continue
		}
		found = append(found, fmt.Sprintf("internal/%s (layer %d) imports internal/%s (layer %d)", name, own, imported, other))
	}
	return found
}

func checkTestkit(s source) []string {
	if s.test || !slices.Contains(s.internalImports(), testkit) {
		return nil
	}
	return []string{"imports internal/testkit, which is for tests"}
}

func checkLayer0(s source) []string {
	name, _ := s.internalName()
	if layer, ok := layers[name]; !ok || layer > 0 || s.test {
		return nil
	}
	var found []string
	for _, imported := range s.imports() {
		host, _, _ := strings.Cut(imported, "/")
		if strings.Contains(host, ".") && !slices.Contains(layer0Imports[name], strings.TrimPrefix(imported, module+"/internal/")) {
			found = append(found, fmt.Sprintf("layer 0 imports %s, which is not in the standard library", imported))
		}
	}
	return found
}

// checkOwners ignores tests, which may need a library to prepare their files.
func checkOwners(s source) []string {
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
				found = append(found, fmt.Sprintf("imports %s, which only internal/%s may import", imported, owner))
			}
		}
	}
	return found
}

func checkMain(s source) []string {
	if s.test || !strings.HasPrefix(s.path, "cmd/") {
		return nil
	}
	var found []string
	for _, imported := range s.internalImports() {
		if imported != "cli" {
			found = append(found, fmt.Sprintf("main imports internal/%s instead of only internal/cli", imported))
		}
	}
	return found
}

func TestEveryRuleReportsItsViolation(t *testing.T) {
	t.Parallel()
	const at = `"` + module + `/internal/`
	tests := []struct {
		name, path, text string
		want             string // the violations; empty if there are none
	}{
		{"a lower layer", "internal/cli/a.go", `import _ ` + at + `store"`, ""},
		{"a higher layer", "internal/store/a.go", `import _ ` + at + `relay"`, "internal/store/a.go: internal/store (layer 1) imports internal/relay (layer 2)"},
		{"the same layer", "internal/store/a.go", `import _ ` + at + `config"`, "internal/store/a.go: internal/store (layer 1) imports internal/config (layer 1)"},
		{"the same layer in a test", "internal/store/a_test.go", `import _ ` + at + `config"`, ""},
		{"a higher layer in a test", "internal/store/a_test.go", `import _ ` + at + `cli"`, "internal/store/a_test.go: internal/store (layer 1) imports internal/cli (layer 5)"},
		{"a higher layer on another system", "internal/store/a_windows.go", `import _ ` + at + `cli"`, "internal/store/a_windows.go: internal/store (layer 1) imports internal/cli (layer 5)"},
		{"not in the table", "internal/util/a.go", "", "internal/util/a.go: internal/util is not in the table of layers"},
		{"a nested package not in the table", "internal/util/y/a.go", "", "internal/util/y/a.go: internal/util/y is not in the table of layers"},
		{"a sub-package", "internal/store/a.go", `import _ ` + at + `store/sqlite"`, ""},
		{"another package's sub-package", "internal/relay/a.go", `import _ ` + at + `store/sqlite"`, "internal/relay/a.go: internal/relay imports internal/store/sqlite, which only internal/store may import"},
		{"command groups", "internal/cli/a/a.go", `import _ ` + at + `cli/b"`, ""},
		{"a library in a sub-package", "internal/cli/a/a.go", `import _ "github.com/spf13/cobra"`, ""},
		{"a separate module", "internal/util/x/a.go", "", ""},
		{"test data", "internal/util/testdata/a.go", "", ""},
		{"testkit in a test", "internal/webhook/a_test.go", `import _ ` + at + `testkit"`, ""},
		{"testkit in code that ships", "internal/cli/a.go", `import _ ` + at + `testkit"`, "internal/cli/a.go: imports internal/testkit, which is for tests"},
		{"the standard library in layer 0", "internal/webhook/a.go", `import _ "net/http"`, ""},
		{"a library in layer 0", "internal/filter/a.go", `import _ "golang.org/x/sys/unix"`, "internal/filter/a.go: layer 0 imports golang.org/x/sys/unix, which is not in the standard library"},
		{"an allowed package in layer 0", "internal/filter/a.go", `import _ ` + at + `webhook"`, ""},
		{"a higher layer in layer 0", "internal/filter/a.go", `import _ ` + at + `store"`, "internal/filter/a.go: internal/filter (layer 0) imports internal/store (layer 1)\ninternal/filter/a.go: layer 0 imports " + module + "/internal/store, which is not in the standard library"},
		{"a package that is not allowed in layer 0", "internal/webhook/a.go", `import _ ` + at + `filter"`, "internal/webhook/a.go: internal/webhook (layer 0) imports internal/filter (layer 0)\ninternal/webhook/a.go: layer 0 imports " + module + "/internal/filter, which is not in the standard library"},
		{"a library in its owner", "internal/store/sqlite/a.go", `import _ "database/sql"`, ""},
		{"a library of a sub-package in its parent", "internal/store/a.go", `import _ "database/sql"`, "internal/store/a.go: imports database/sql, which only internal/store/sqlite may import"},
		{"a library elsewhere", "internal/relay/a.go", `import _ "modernc.org/sqlite/lib"`, "internal/relay/a.go: imports modernc.org/sqlite/lib, which only internal/store/sqlite may import"},
		{"a library in main", "cmd/vidiking/main.go", `import _ "github.com/spf13/cobra"`, "cmd/vidiking/main.go: imports github.com/spf13/cobra, which only internal/cli may import"},
		{"a test library in code that ships", "internal/relay/a.go", `import _ "github.com/google/go-cmp/cmp"`, "internal/relay/a.go: imports github.com/google/go-cmp/cmp, which is for tests"},
		{"main imports cli", "cmd/vidiking/main.go", `import _ ` + at + `cli"`, ""},
		{"main imports another package", "cmd/vidiking/main.go", `import _ ` + at + `store"`, "cmd/vidiking/main.go: main imports internal/store instead of only internal/cli"},
		{"an immutable table", "internal/cli/a.go", `import "errors"; var errX, names = errors.New("x"), []string{"a"}`, ""},
		{"an assigned variable", "internal/cli/a.go", `var n int; func f() { n = 1 }`, "internal/cli/a.go: package-level variable n is changed"},
		{"an incremented variable", "internal/cli/a.go", `var n int; func f() { n++ }`, "internal/cli/a.go: package-level variable n is changed"},
		{"an assigned entry", "internal/cli/a.go", `import "x.org/x"; var n = x.Map(); func f() { n["a"].b = x.New() }`, "internal/cli/a.go: package-level variable n is changed"},
		{"a local variable with the same name", "internal/cli/a.go", `var n int; func f() { n := 1; n++; _ = n }`, ""},
		{"a field with the same name", "internal/cli/a.go", `var n int; type t struct{ n int }; func (t *t) f() { t.n = 1 }`, ""},
		{"a lock", "internal/cli/a.go", `import "sync"; var mu sync.Mutex`, "internal/cli/a.go: package-level variable mu is a sync.Mutex, which is meant to change"},
		{"an atomic", "internal/cli/a.go", `import "sync/atomic"; var p atomic.Pointer[int]`, "internal/cli/a.go: package-level variable p is a atomic.Pointer, which is meant to change"},
		{"a sync.OnceValue", "internal/cli/a.go", `import "sync"; var f = sync.OnceValue(func() int { return 1 })`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := violations(readSources(t, fstest.MapFS{
				tt.path:                  {Data: []byte("package p\n" + tt.text)},
				"internal/util/x/go.mod": {},
			}))
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("%s:\n%s\ngot  %q\nwant %q", tt.path, tt.text, got, tt.want)
			}
		})
	}
}
