package config

import (
	"bytes"
	"slices"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// FuzzProject parses any bytes as a project file. An error must name a line of the file. Accepted files must be TOML and must set only what
// a project may set.
func FuzzProject(f *testing.F) {
	for _, s := range slices.Concat(seeds, []string{
		"forward = \"3000\"\nevents = [\"render.*\"]\n", "[routes]\n\"render.*\" = \"localhost:3000\" # one\n'*'='4000'\n",
		"routes = { \"a.*\" = \"1\", 'b' = '2' }", "routes.\"*\" = \"1\"\nroutes . 'ai.*' = \"2\"", "[routes]\na.b = 1", "routes = {}\nroutes.x = 1\n",
	}) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, flaw := parseProject(text)
		if flaw != nil {
			e := Environment{}.fileError("f", text, flaw)
			if lines := bytes.Count(text, []byte("\n")) + 1; e.Line < 0 || e.Line > lines {
				t.Fatalf("line %d of %d, for\n%q", e.Line, lines, text)
			}
			return
		}
		var all map[string]any
		if err := toml.Unmarshal(bytes.TrimPrefix(text, []byte(byteOrderMark)), &all); err != nil {
			t.Fatalf("it accepts invalid TOML: %v\n%q", err, text)
		}
		for name := range all {
			if !slices.Contains([]string{Forward, Events, Path, Timeout, routesTable}, name) {
				t.Errorf("it accepts %s, of\n%q", name, text)
			}
		}
		for name := range got {
			if !slices.Contains([]string{Forward, Events, Path, Timeout}, name) {
				t.Errorf("it sets %s, of\n%q", name, text)
			}
		}
	})
}
