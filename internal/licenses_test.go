package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/licensecheck"
)

var update = flag.Bool("update", false, "write docs/licenses.md and docs/THIRD_PARTY_LICENSES")

// permissive lists the licenses that only require their text next to the binary, which THIRD_PARTY_LICENSES provides.
var permissive = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"}

// Files with these names hold a license's text or the notice that ships with it.
var licenseName, noticeName = regexp.MustCompile(`(?i)^(licen[cs]e|copying)`), regexp.MustCompile(`(?i)^notice`)

// linkedModule is a module whose code is in the binary of at least one system.
type linkedModule struct {
	path, version, dir string
	packages           []string // their directories
}

func TestLinkedLicensesArePermissiveAndShipped(t *testing.T) {
	t.Parallel()
	var table, texts strings.Builder
	table.WriteString(licensesHead)
	texts.WriteString(thirdPartyHead)
	for _, module := range append([]linkedModule{goItself(t)}, linkedModules(t)...) {
		files := module.licenseFiles(t)
		if len(files) == 0 {
			t.Errorf("%s has no license", module.path)
		}
		var ids []string
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if licenseName.MatchString(filepath.Base(file)) {
				ids = append(ids, licenseOf(t, file, text))
			}
			name, err := filepath.Rel(module.dir, file)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&texts, "\n%s\n%s %s, %s\n\n%s\n", strings.Repeat("=", 80), module.path, module.version, filepath.ToSlash(name), tidied(text))
		}
		slices.Sort(ids)
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", module.path, module.version, strings.Join(slices.Compact(ids), ", "))
	}
	fresh(t, "../docs/licenses.md", table.String())
	fresh(t, "../docs/THIRD_PARTY_LICENSES", texts.String())
}

const licensesHead = "# Licenses of linked modules\n\n" +
	"Use this page to check the licenses of the code in the binary. vidiking itself is under the license in [LICENSE](../LICENSE).\n" +
	"Depending on the system, the binary contains code of the modules below. Their licenses require that their text ships with the\n" +
	"binary: [THIRD_PARTY_LICENSES](THIRD_PARTY_LICENSES) has all of them and is part of every archive and package. SQLite itself,\n" +
	"which `go-sqlite3-wasm` contains, is in the public domain.\n\n" +
	"`go test ./internal -run Licenses -update` writes this page and that file. The same test fails if they are out of date, or if a\n" +
	"license asks for more than its text. Modules that only tests and tools use are not in the binary and not listed.\n\n" +
	"| module | version | license |\n| --- | --- | --- |\n"

const thirdPartyHead = "The binary of vidiking contains code from other projects, under the licenses below.\n"

// goItself returns the standard library as a module. Its version is that of the Go toolchain in use.
func goItself(t *testing.T) linkedModule {
	t.Helper()
	dir := strings.TrimSpace(string(runGo(t, nil, "env", "GOROOT")))
	if _, err := os.Stat(filepath.Join(dir, "LICENSE")); errors.Is(err, os.ErrNotExist) {
		t.Skipf("This Go installation has no LICENSE in %s.", dir)
	}
	return linkedModule{path: "Go", version: "(its standard library)", dir: dir}
}

// linkedModules runs go list for each system, because different files are built and different modules linked on each.
func linkedModules(t *testing.T) []linkedModule {
	t.Helper()
	byPath := map[string]*linkedModule{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		environ := []string{"GOOS=" + system, "GOARCH=amd64", "CGO_ENABLED=0"}
		list := json.NewDecoder(bytes.NewReader(runGo(t, environ, "list", "-deps", "-json=Dir,Module", "../cmd/vidiking")))
		for {
			var pkg struct {
				Dir    string
				Module *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			if err := list.Decode(&pkg); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if pkg.Module == nil || pkg.Module.Main {
				continue
			}
			module := byPath[pkg.Module.Path]
			if module == nil {
				module = &linkedModule{path: pkg.Module.Path, version: pkg.Module.Version, dir: pkg.Module.Dir}
				byPath[pkg.Module.Path] = module
			}
			module.packages = append(module.packages, pkg.Dir)
		}
	}
	var modules []linkedModule
	for _, module := range byPath {
		modules = append(modules, *module)
	}
	slices.SortFunc(modules, func(a, b linkedModule) int { return strings.Compare(a.path, b.path) })
	return modules
}

// licenseFiles searches the module's root and every directory down to each package, because a package may have a separate license.
func (m linkedModule) licenseFiles(t *testing.T) []string {
	t.Helper()
	dirs := []string{m.dir}
	for _, dir := range m.packages {
		for ; len(dir) > len(m.dir); dir = filepath.Dir(dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	var files []string
	for _, dir := range slices.Compact(dirs) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !entry.IsDir() && (licenseName.MatchString(entry.Name()) || noticeName.MatchString(entry.Name())) {
				files = append(files, filepath.Join(dir, entry.Name()))
			}
		}
	}
	return files
}

// licenseOf identifies a license. It fails if the text is not exactly one known license, or if that license requires more than its text.
func licenseOf(t *testing.T, file string, text []byte) string {
	t.Helper()
	coverage := licensecheck.Scan(text)
	if coverage.Percent < 90 || len(coverage.Match) != 1 {
		t.Errorf("%s: unknown license: %+v", file, coverage)
		return "?"
	}
	id := coverage.Match[0].ID
	if !slices.Contains(permissive, id) {
		t.Errorf("%s is under %s, want one of %q", file, id, permissive)
	}
	return id
}

// tidied normalizes line endings and removes trailing spaces.
func tidied(text []byte) string {
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func fresh(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is out of date; update it: go test ./internal -run Licenses -update\n%s", name, diff)
	}
}

func runGo(t *testing.T, environ []string, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Env = append(os.Environ(), environ...)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}
