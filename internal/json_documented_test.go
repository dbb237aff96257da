package internal_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestEveryWarningCodeIsDocumented compares the codes in the source with docs/json.md, because programs rely on them.
func TestEveryWarningCodeIsDocumented(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	// The codes of tunnels are in tunnel objects, not in warnings.
	inSource := map[string]bool{"tunnel_down": true, "tunnel_back": true}
	inCode := regexp.MustCompile(`(?:\bCode:\s*|\bCode(?:, \w+\.\w+)* = |\bCause = |\.Warning\()"([a-z_]+)"`)
	for _, dir := range []string{"internal/cli", "internal/listen", "internal/send", "internal/output", "internal/explain"} {
		for _, text := range sourcesIn(t, root, dir) {
			for _, m := range inCode.FindAllStringSubmatch(text, -1) {
				inSource[m[1]] = true
			}
		}
	}
	_, page, _ := strings.Cut(readText(t, root, "docs/json.md"), "\n### Warning codes\n")
	page, _, ok := strings.Cut(page, "\n## ")
	if !ok || len(inSource) < 30 {
		t.Fatalf("found %d codes in the source; docs/json.md has a list: %v", len(inSource), ok)
	}
	documented := map[string]bool{"tunnel_down": true, "tunnel_back": true}
	for line := range strings.Lines(page) {
		if cells := strings.Split(line, "|"); len(cells) == 4 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
				documented[m[1]] = true
			}
		}
	}
	for code := range inSource {
		if !documented[code] {
			t.Errorf("docs/json.md does not list the code %s", code)
		}
	}
	for code := range documented {
		if !inSource[code] {
			t.Errorf("docs/json.md lists the code %s, which the source does not have", code)
		}
	}
}

// TestEveryFieldAndTypeOfJSONIsDocumented looks up every type and field of the JSON Schema in docs/json.md: the fields of an object in the
// section of its type, the fields inside them anywhere on the page.
func TestEveryFieldAndTypeOfJSONIsDocumented(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	page := readText(t, root, "docs/json.md")
	_, others, _ := strings.Cut(page, "\n## Others\n")
	others, _, _ = strings.Cut(others, "\n## ")
	var schema struct {
		Types map[string]jsonObject `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(readText(t, root, "docs/json.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Types) < 25 {
		t.Fatalf("the schema has %d types, want at least 25", len(schema.Types))
	}
	for _, o := range schema.Types {
		name := o.Properties["type"].Const
		_, section, ok := strings.Cut(page, "\n## `"+name+"`\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for line := range strings.Lines(others) {
			if cells := strings.Split(line, "|"); len(cells) > 1 && strings.Contains(cells[1], "`"+name+"`") {
				section, ok = section+line, true
			}
		}
		if !ok {
			t.Errorf("docs/json.md does not document the type %s", name)
			continue
		}
		for field, inside := range o.Properties {
			if field == "v" || field == "type" {
				continue
			}
			if !documents(section, field) {
				t.Errorf("docs/json.md does not document the field %s in the section of %s", field, name)
			}
			for _, below := range inside.fields() {
				if !documents(page, below) {
					t.Errorf("docs/json.md does not document the field %s in %s of %s", below, field, name)
				}
			}
		}
	}
}

// jsonObject is the part of a JSON Schema that names fields.
type jsonObject struct {
	Const      string                `json:"-"`
	Properties map[string]jsonObject `json:"properties"`
	Items      *jsonObject           `json:"items"`
	AnyOf      []jsonObject          `json:"anyOf"`
}

// UnmarshalJSON ignores a constant that is not a string.
func (o *jsonObject) UnmarshalJSON(text []byte) error {
	type plain jsonObject
	var of struct {
		plain

		Const any `json:"const"`
	}
	err := json.Unmarshal(text, &of)
	*o = jsonObject(of.plain)
	o.Const, _ = of.Const.(string)
	return err
}

// fields returns the names of the fields inside an object, at any depth.
func (o jsonObject) fields() (names []string) {
	for name, inside := range o.Properties {
		if name != "v" && name != "type" {
			names = append(names, name)
		}
		names = append(names, inside.fields()...)
	}
	for _, inside := range o.AnyOf {
		names = append(names, inside.fields()...)
	}
	if o.Items != nil {
		names = append(names, o.Items.fields()...)
	}
	return names
}

// documents reports whether a text names a field, alone or after the object that it belongs to.
func documents(text, field string) bool {
	return regexp.MustCompile("[`.]"+regexp.QuoteMeta(field)+"`").MatchString(text) || strings.Contains(text, `{"`+field+`":`)
}

// sourcesIn returns the text of each file of a package, without its tests.
func sourcesIn(t *testing.T, root fs.FS, dir string) []string {
	t.Helper()
	names, err := fs.Glob(root, path.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	below, err := fs.Glob(root, path.Join(dir, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, below...)
	var texts []string
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			texts = append(texts, readText(t, root, name))
		}
	}
	return texts
}
