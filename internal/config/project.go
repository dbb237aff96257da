package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// ProjectFileName is the name of a file in a repository that tells everyone who works on it where its handlers are.
const ProjectFileName = ".vidiking.toml"

// project holds the settings of the nearest project file, from the working directory upward.
type project struct {
	path      string // empty if there is none
	texts     map[string]string
	untrusted bool // another user put it in a directory that everyone can write to, so it is ignored
}

// SourceProject returns the source of a value from a project file.
func SourceProject(path string) Source { return Source("project file " + path) }

// ProjectFile returns the path of the project file whose settings apply. It is empty if there is none.
func (c *Config) ProjectFile() string {
	if c.project.untrusted {
		return ""
	}
	return c.project.path
}

// IsFromProject reports whether a setting's value came from the project file.
func (c *Config) IsFromProject(name string) bool {
	return c.project.path != "" && c.Source(name) == c.projectSource()
}

func (c *Config) projectSource() Source { return SourceProject(c.env.ShortPath(c.project.path)) }

// loadProject reads the project file, if there is one. It returns a *FileError for a problem in the file.
func (c *Config) loadProject() error {
	path, info := findProject(c.env.WorkDir)
	if path == "" {
		return nil
	}
	c.project.path = path
	if c.project.untrusted = isUntrusted(path, info); c.project.untrusted {
		return nil
	}
	text, err := readProject(path)
	if err != nil {
		return &Error{Msg: "cannot read " + c.env.ShortPath(path), Hint: "fix the file, or work in another directory", Err: withoutPath(err)}
	}
	texts, f := parseProject(text)
	if f != nil {
		return c.env.fileError(path, text, f)
	}
	c.project.texts = texts
	return nil
}

// findProject looks for the project file in a directory and in all directories above it. It ignores directories with that name and files
// that it cannot stat.
func findProject(dir string) (string, fs.FileInfo) {
	for dir != "" {
		path := filepath.Join(dir, ProjectFileName)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, info
		}
		above := filepath.Dir(dir)
		if above == dir {
			break
		}
		dir = above
	}
	return "", nil
}

func readProject(path string) ([]byte, error) {
	text, err := atomicfile.Read(path, maxFileBytes)
	if errors.Is(err, atomicfile.ErrTooLarge) {
		return nil, fmt.Errorf("it is larger than %d KiB", maxFileBytes>>10)
	}
	return text, err
}

// projectKeys returns the settings that a project file may set. Only users may set the others, because people clone repositories without
// checking what those settings would make the program trust, send or open.
func projectKeys() []Key {
	return slices.DeleteFunc(Keys(), func(k Key) bool {
		return !slices.Contains([]string{Forward, Events, Path, Timeout}, k.Name)
	})
}

// routesTable is the table of a project file that maps events to targets.
const routesTable = "routes"

// parseProject parses a project file. It returns the settings by name, and the routes as a value for --forward.
func parseProject(text []byte) (map[string]string, *parseError) {
	tree, problem := decodeTOML(text, projectKeys())
	if problem != nil {
		return nil, problem
	}
	c := &checker{text: text, keys: projectKeys(), skeleton: &struct {
		Routes struct{} `toml:"routes"`
	}{}}
	texts := map[string]string{}
	for name, value := range tree {
		switch {
		case name == routesTable:
			if routes := c.routes(value); routes != "" {
				texts[Forward] = routes
			}
		case hasKey(c.keys, name):
			if key, text, ok := c.setting([]string{name}, name, value); ok {
				texts[key.Name] = text
			}
		default:
			c.notForProjects(name, value)
		}
	}
	if routes, ok := tree[routesTable].(map[string]any); ok && tree[Forward] != nil && len(routes) > 0 {
		c.fail([]string{Forward}, "forward and routes both set the targets", "keep one of them")
	}
	return texts, c.first()
}

// routes reads the table of the routes and returns them in the file's order.
func (c *checker) routes(value any) string {
	table, ok := value.(map[string]any)
	if !ok {
		c.fail([]string{routesTable}, "routes is a table, not a value", `write [routes] and, below it, "render.*" = "localhost:3000"`)
		return ""
	}
	patterns := slices.SortedFunc(maps.Keys(table), func(a, b string) int {
		at := func(pattern string) uint { return uint(c.locate([]string{routesTable, pattern}).from) }
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a, b))
	})
	fields := make([]string, len(patterns))
	for i, events := range patterns {
		if !c.route(events, table[events]) {
			return ""
		}
		fields[i] = strings.Join(splitList(events), ",") + "=" + table[events].(string)
	}
	return strings.Join(fields, " ")
}

// route checks one line of the routes, "EVENTS" = "TARGET".
func (c *checker) route(events string, value any) bool {
	before, path := len(c.problems), []string{routesTable, events}
	target, isString := value.(string)
	switch {
	case isTable(value):
		c.fail(path, "the events of a route must be in quotes", "write "+quote(dotted(events, value))+" = …")
	case hasKey(c.keys, events):
		c.fail(path, events+" is in the routes table", "move it to the top of the file")
	case strings.TrimSpace(events) == "":
		c.fail(path, "a route must name events", `for example "render.*" = "localhost:3000"; for all events: "*"`)
	case !isString:
		c.failValue(path, "a route's target must be a string in quotes", `for example "localhost:3000"`)
	case target == "" || strings.ContainsFunc(target, isBlankOrControl):
		c.failValue(path, fmt.Sprintf("invalid target %q for a route", target), `for example "localhost:3000", or a URL`)
	}
	for _, pattern := range splitList(events) {
		if p := checkEvent(pattern); p != nil && len(c.problems) == before {
			c.fail(path, p.about("a route"), p.hint)
		}
	}
	return len(c.problems) == before
}

func isBlankOrControl(r rune) bool { return r <= ' ' || r == 0x7f }

// notForProjects adds the problem that a project file cannot set a name, either because only users may set it or because it does not exist.
func (c *checker) notForProjects(name string, value any) {
	const allowed = "a project file can set forward, routes, events, path and timeout"
	full := dotted(name, value)
	if key, err := FindKey(full); err == nil {
		hint := allowed
		if key.Name != Profile {
			hint += "; to set it for yourself: vidiking config set " + strings.ReplaceAll(key.Name, "_", "-")
		}
		c.fail([]string{name}, "a project file cannot set "+key.Name, hint)
		return
	}
	if name == profilesTable {
		c.fail([]string{name}, "a project file has no profiles", "add them to your own file: vidiking config path")
		return
	}
	hint := allowed
	if closest := suggest.Closest(name, []string{Forward, routesTable, Events, Path, Timeout}); closest != "" {
		hint = "did you mean " + closest + "? A" + allowed[1:]
	}
	c.fail([]string{name}, fmt.Sprintf("unknown setting %q", full), hint)
}
