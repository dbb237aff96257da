package config

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ProjectFileName is what a repository may carry: where its handlers are, for everyone who works on it.
const ProjectFileName = ".vidiking.toml"

// project is the settings of the project file, the nearest one from the working directory upwards.
type project struct {
	path    string // empty where there is none
	texts   map[string]string
	foreign bool // somebody else put it where everyone may write, so nothing of it counts
}

// SourceProject is a project file.
func SourceProject(path string) Source { return Source("project file " + path) }

// ProjectFile is the path of the project file whose settings count; empty where there is none.
func (c *Config) ProjectFile() string {
	if c.project.foreign {
		return ""
	}
	return c.project.path
}

// InProject reports whether a setting's value came from the project file.
func (c *Config) InProject(name string) bool {
	return c.project.path != "" && c.Source(name) == c.projectSource()
}

func (c *Config) projectSource() Source { return SourceProject(c.world.Short(c.project.path)) }

// loadProject reads the project file, if there is one. What is wrong in it is a *FileError.
func (c *Config) loadProject() error {
	path, info := findProject(c.world.WorkDir)
	if path == "" {
		return nil
	}
	c.project.path = path
	if c.project.foreign = isForeign(path, info); c.project.foreign {
		return nil
	}
	text, err := readProject(path)
	if err != nil {
		return &Error{Msg: "can't read " + c.world.Short(path), Hint: "work in another directory, or mend it", Err: withoutPath(err)}
	}
	texts, f := parseProject(text)
	if f != nil {
		return c.world.fileError(path, text, f)
	}
	c.project.texts = texts
	return nil
}

// findProject looks in a directory and then in each above it. A directory of that name, or what can't be looked at, is none.
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
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err == nil && len(text) > largestFile {
		return nil, fmt.Errorf("it is larger than %d KiB", largestFile>>10)
	}
	return text, err
}

// projectKeys are the settings that a project file may have. All else is the user's own: whoever clones a repository has not looked at
// what it would have the program trust, send or open.
func projectKeys() []Key {
	return slices.DeleteFunc(Keys(), func(k Key) bool {
		return !slices.Contains([]string{Forward, Events, Path, Timeout}, k.Name)
	})
}

// parseProject reads the text of a project file: its settings by name, the routes as --forward has them.
func parseProject(text []byte) (map[string]string, *flaw) {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return nil, &flaw{msg: "the file is UTF-16, not UTF-8", hint: "save it as UTF-8"}
	}
	r := newProjectReader(text)
	if f := r.read(); f != nil {
		f.statement = r.at
		return nil, f
	}
	texts := map[string]string{}
	for _, s := range r.doc.settings {
		texts[s.key] = s.text
	}
	if len(r.routes) > 0 {
		texts[Forward] = r.forward()
	}
	return texts, nil
}
