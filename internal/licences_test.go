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

var update = flag.Bool("update", false, "write docs/licences.md and docs/THIRD_PARTY_LICENSES anew")

// permissive are the licences that ask for no more than their text beside the binary, which THIRD_PARTY_LICENSES gives.
var permissive = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"}

// A licence's text is the file called so; a notice goes with it.
var licenceName, noticeName = regexp.MustCompile(`(?i)^(licen[cs]e|copying)`), regexp.MustCompile(`(?i)^notice`)

// A linked module is one of which code is in the binary of some system.
type linkedModule struct {
	path, version, dir string
	packages           []string // their directories
}

func TestLicencesOfWhatIsLinkedArePermissiveAndShipped(t *testing.T) {
	t.Parallel()
	var table, texts strings.Builder
	table.WriteString(licencesHead)
	texts.WriteString(thirdPartyHead)
	for _, module := range append([]linkedModule{goItself(t)}, linkedModules(t)...) {
		files := module.licenceFiles(t)
		if len(files) == 0 {
			t.Errorf("%s has no licence", module.path)
		}
		var ids []string
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if licenceName.MatchString(filepath.Base(file)) {
				ids = append(ids, licenceOf(t, file, text))
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
	fresh(t, "../docs/licences.md", table.String())
	fresh(t, "../docs/THIRD_PARTY_LICENSES", texts.String())
}

const licencesHead = "# Licences of what is linked\n\n" +
	"What `vidiking` itself is under stands in [LICENSE](../LICENSE). Its binary holds code of the modules below, on one system or\n" +
	"another. All of them ask that their text goes with the binary: it is in [THIRD_PARTY_LICENSES](THIRD_PARTY_LICENSES), which\n" +
	"every archive and package holds. SQLite itself, which `go-sqlite3-wasm` carries, is in the public domain.\n\n" +
	"This page and that file are written by `go test ./internal -run Licences -update`; the same test refuses them when they are no longer\n" +
	"so, and a licence that asks for more. What is used for tests and tools only is not in the binary, and not here.\n\n" +
	"| module | version | licence |\n| --- | --- | --- |\n"

const thirdPartyHead = "The binary of vidiking holds code of others, under the licences below.\n"

// goItself is the standard library, whose version is that of the Go which builds.
func goItself(t *testing.T) linkedModule {
	t.Helper()
	dir := strings.TrimSpace(string(runGo(t, nil, "env", "GOROOT")))
	if _, err := os.Stat(filepath.Join(dir, "LICENSE")); errors.Is(err, os.ErrNotExist) {
		t.Skipf("Go came without its licence: there is no LICENSE in %s.", dir)
	}
	return linkedModule{path: "Go", version: "(its standard library)", dir: dir}
}

// linkedModules asks Go itself, for each system: which files are built, and so which modules are linked, differs.
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

// licenceFiles looks at the module's root and at the way from there to each package: a package may have a licence of its own.
func (m linkedModule) licenceFiles(t *testing.T) []string {
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
			if !entry.IsDir() && (licenceName.MatchString(entry.Name()) || noticeName.MatchString(entry.Name())) {
				files = append(files, filepath.Join(dir, entry.Name()))
			}
		}
	}
	return files
}

// licenceOf names the licence, and refuses a text that is not wholly one, or one that asks for more than its text.
func licenceOf(t *testing.T, file string, text []byte) string {
	t.Helper()
	coverage := licensecheck.Scan(text)
	if coverage.Percent < 90 || len(coverage.Match) != 1 {
		t.Errorf("%s is no licence that is known: %+v", file, coverage)
		return "?"
	}
	id := coverage.Match[0].ID
	if !slices.Contains(permissive, id) {
		t.Errorf("%s is under %s, which is none of %q", file, id, permissive)
	}
	return id
}

// tidied is the text with one kind of line ending and no space at the end of a line.
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
		t.Errorf("%s is not what is linked now; to write it anew: go test ./internal -run Licences -update\n%s", name, diff)
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
