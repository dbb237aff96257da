package main

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The objects that the program prints in stories are validated with the JSON Schema that it ships. `exec vidiking … -o json` in a story
// records its output. After all stories, every object must be valid, and every type and every command must have been seen.

// jsonOutput is what one run of the program printed with -o json.
type jsonOutput struct {
	command        string
	args           string
	stdout, stderr []string // whole lines
}

// asksForJSON reports whether a command line contains -o json. The arguments after -- belong to another command.
func asksForJSON(args []string) bool {
	for i, a := range args {
		switch {
		case a == "--":
			return false
		case a == "-ojson", a == "--output=json", (a == "-o" || a == "--output") && i+1 < len(args) && args[i+1] == "json":
			return true
		}
	}
	return false
}

// noteJSON writes the output of a run to a separate file, because stories run in parallel.
func noteJSON(dir string, args []string, stdout, stderr string) error {
	f, err := os.CreateTemp(dir, "json-*.txt")
	if err != nil {
		return err
	}
	_, err = f.WriteString(commandOf(args, "") + "\x00" + strings.Join(args, " ") + "\x00" + stdout + "\x00" + stderr)
	return errors.Join(err, f.Close())
}

// notedJSON reads the recorded outputs.
func notedJSON(t *testing.T, dir string) (all []jsonOutput) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "json-*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.SplitN(string(text), "\x00", 4)
		all = append(all, jsonOutput{parts[0], parts[1], wholeLines(parts[2]), wholeLines(parts[3])})
	}
	return all
}

// wholeLines returns the lines of a text without the last one if it is incomplete, because its reader was gone.
func wholeLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if whole, ok := strings.CutSuffix(line, "\n"); ok {
			lines = append(lines, whole)
		}
	}
	return lines
}

// jsonSchema is the schema that ships, with a schema for each of its definitions.
type jsonSchema map[string]*jsonschema.Schema

func readSchema(t *testing.T) jsonSchema {
	t.Helper()
	text, err := os.ReadFile("../../docs/json.schema.json") // it is what `help json --schema` prints (internal/cli)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	all := jsonSchema{}
	for name := range doc.(map[string]any)["$defs"].(map[string]any) {
		if all[name], err = c.Compile("schema.json#/$defs/" + name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// validate returns the definition that an object matches, or the errors of the definitions of its type.
func (s jsonSchema) validate(line string) (name string, err error) {
	object, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		return "", err
	}
	members, _ := object.(map[string]any)
	kind, _ := members["type"].(string)
	err = errors.New("no definition of the type " + kind + " matches")
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if name != kind && !strings.HasPrefix(name, kind+"_") {
			continue
		}
		wrong := s[name].Validate(object)
		if wrong == nil {
			return name, nil
		}
		err = errors.Join(err, wrong)
	}
	return "", err
}

// otherOutput has the flags whose output on stdout is not a list of objects, even with -o json.
var otherOutput = map[string]string{
	"--schema":       "prints a JSON Schema",
	"--print-secret": "prints the secret for $(…)",
}

// checkJSON validates the recorded output after all stories have run.
func checkJSON(t *testing.T, dir string) {
	t.Helper()
	all, s := notedJSON(t, dir), readSchema(t)
	types, commands, known := map[string]bool{}, map[string]bool{}, map[string]string{}
	check := func(o jsonOutput, line string) {
		name, ok := known[line]
		if !ok {
			var err error
			if name, err = s.validate(line); err != nil {
				t.Errorf("vidiking %s printed %s\nwhich does not match the schema: %v", o.args, line, err)
			}
			known[line] = name
		}
		types[name] = true
	}
	for _, o := range all {
		commands[o.command] = true
		for _, line := range o.stdout {
			if !slices.ContainsFunc(strings.Fields(o.args), func(a string) bool { return otherOutput[a] != "" }) {
				check(o, line)
			}
		}
		for _, line := range o.stderr {
			if strings.HasPrefix(line, `{"v":`) {
				check(o, line)
			}
		}
	}
	if !wholeRun(t) || testing.Short() || t.Failed() {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !types[name] && name != "tunnel" { // which needs a tunnel that breaks: TestListenReportsTunnelChangesAsJSON
			t.Errorf("no story prints the type %s of the schema", name)
		}
	}
	for _, command := range commandsOfReference(t) {
		if !commands[command] && withoutJSON[command] == "" {
			t.Errorf("no story runs vidiking %s -o json", command)
		}
	}
}

// withoutJSON has the commands that print no objects.
var withoutJSON = map[string]string{
	"completion":      "prints a shell script",
	"help":            "prints a page",
	"config":          "prints its help",
	"webhooks":        "prints its help",
	"ai":              "prints its help",
	"watch":           "is a screen, and refuses -o json",
	"config set":      "prints nothing",
	"config unset":    "prints nothing",
	"webhooks replay": "is replay",
}

// commandsOfReference returns all commands, by the names of their pages.
func commandsOfReference(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob("../../docs/man/*.1")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d manual pages, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".1"), "vidiking-")
		if command, word, ok := strings.Cut(name, "-"); ok && isSubcommand(command, word) {
			name = command + " " + word
		}
		all = append(all, name)
	}
	return all
}
