package config

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// document is a configuration file: its text and its settings.
type document struct {
	text     []byte
	settings map[settingID]string // as Config keeps them
	profiles []string             // sorted
}

// settingID identifies a setting of the file. The profile is empty at the top level.
type settingID struct{ profile, key string }

// byteOrderMark may precede UTF-8 text. Some editors on Windows write it.
const byteOrderMark = "\ufeff"

// parse reads the text of a configuration file. It keeps text. It returns the first problem in the file.
func parse(text []byte) (*document, *parseError) {
	tree, problem := decodeTOML(text, Keys())
	if problem != nil {
		return nil, problem
	}
	d := &document{text: text, settings: map[settingID]string{}}
	c := &checker{text: text, keys: Keys(), skeleton: &struct {
		Profiles map[string]struct{} `toml:"profiles"`
	}{}}
	for name, value := range tree {
		if name == profilesTable {
			d.addProfiles(c, value)
			continue
		}
		d.add(c, "", name, value)
	}
	d.checkProfileInUse(c)
	if problem := c.first(); problem != nil {
		return nil, problem
	}
	slices.Sort(d.profiles)
	return d, nil
}

// addProfiles reads the table of the profiles.
func (d *document) addProfiles(c *checker, value any) {
	profiles, ok := value.(map[string]any)
	if !ok {
		c.fail([]string{profilesTable}, "profiles is a table, not a value", "write [profiles.NAME] and its settings below it")
		return
	}
	for name, value := range profiles {
		path := []string{profilesTable, name}
		settings, ok := value.(map[string]any)
		switch problem := checkProfileName(name); {
		case !ok && hasKey(c.keys, name):
			c.fail(path, name+" is in the profiles table, but in no profile", "move it to the top of the file, or below [profiles.NAME]")
			continue
		case !ok:
			c.fail(path, fmt.Sprintf("%q is a table, not a value", name), "write [profiles.NAME] and its settings below it")
			continue
		case problem != nil:
			c.fail(path, problem.about("the profile name"), problem.hint)
		case name == DefaultProfile:
			c.fail(path, "a profile cannot be called default, which means the top level", "move its settings to the top of the file")
		}
		d.profiles = append(d.profiles, name)
		for key, value := range settings {
			d.add(c, name, key, value)
		}
	}
}

// add reads one setting.
func (d *document) add(c *checker, profile, name string, value any) {
	if key, text, ok := c.setting(tablePath(profile, name), name, value); ok {
		if key.Name == Profile && profile != "" {
			c.fail(tablePath(profile, name), "a profile cannot choose a profile", "move it to the top of the file")
			return
		}
		d.settings[settingID{profile, key.Name}] = text
	}
}

// checkProfileInUse checks that `profile = "x"` names a profile of the file.
func (d *document) checkProfileInUse(c *checker) {
	name, ok := d.lookUp("", Profile)
	if !ok || name == DefaultProfile || d.hasProfile(name) {
		return
	}
	slices.Sort(d.profiles)
	hint := "add [profiles." + name + "], or remove this line"
	if closest := suggest.Closest(name, d.profiles); closest != "" {
		hint = "did you mean " + closest + "?"
	} else if len(d.profiles) > 0 {
		hint = "profiles in this file: " + strings.Join(d.profiles, ", ")
	}
	c.failValue([]string{Profile}, unknownProfileMsg(name), hint)
}

// unknownProfileMsg returns the message for a profile that the file does not have.
func unknownProfileMsg(name string) string { return fmt.Sprintf("unknown profile %q", name) }

// decodeTOML decodes a whole file. It uses the keys to explain common mistakes.
func decodeTOML(text []byte, keys []Key) (map[string]any, *parseError) {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		// Windows PowerShell writes UTF-16 to redirected files, and a syntax error would not explain that.
		return nil, &parseError{msg: "the file is UTF-16, not UTF-8", hint: "save it as UTF-8"}
	}
	var tree map[string]any
	if err := toml.Unmarshal(text[markLength(text):], &tree); err != nil {
		return nil, syntaxError(text, keys, err)
	}
	return tree, nil
}

// setting checks the value of a setting and returns it as text. If it is wrong, it adds the problem.
func (c *checker) setting(path []string, name string, value any) (key Key, text string, ok bool) {
	i := slices.IndexFunc(c.keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		c.unknown(path, value)
		return Key{}, "", false
	}
	key = c.keys[i]
	if isTable(value) {
		c.notATable(path, value)
		return Key{}, "", false
	}
	text, problem := key.text(value)
	if problem == nil {
		problem = key.check(text)
	}
	if problem != nil {
		c.failValue(path, problem.about(key.Name), problem.hint)
	}
	return key, text, problem == nil
}

// text returns a decoded value as text, or explains how to write a value of this type.
func (k Key) text(value any) (string, *problem) {
	switch v := value.(type) {
	case []any:
		if k.valueType == typeList {
			return k.list(v)
		}
		return "", wrongType(k, true, "")
	case string:
		if k.valueType != typeList {
			return v, nil
		}
		return "", wrongType(k, false, v)
	case int64:
		if k.valueType == typeNumber {
			return strconv.FormatInt(v, 10), nil
		}
		if k.valueType != typeList {
			return "", wrongType(k, false, strconv.FormatInt(v, 10))
		}
	case bool:
		if k.valueType == typeBool {
			return strconv.FormatBool(v), nil
		}
	}
	return "", wrongType(k, false, "")
}

// list returns the items of a list, separated by commas. It refuses items with a comma, because they would be read as two items.
func (k Key) list(values []any) (string, *problem) {
	items := make([]string, len(values))
	for i, value := range values {
		item, ok := value.(string)
		switch {
		case !ok:
			return "", newProblem("has an item that is not a string", "for example "+k.entry("render.*,wallet.deposit"))
		case strings.Contains(item, ","):
			return "", newProblem("has an item with a comma", "write "+k.entry(item))
		}
		if p := checkEvent(item); p != nil {
			return "", p
		}
		items[i] = item
	}
	return strings.Join(items, ","), nil
}

// isTable reports whether a decoded value is a table or an array of tables.
func isTable(value any) bool {
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0]
	}
	_, ok := value.(map[string]any)
	return ok
}

func hasKey(keys []Key, name string) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return k.Name == name })
}

// tablePath returns the full key of a setting.
func tablePath(profile, key string) []string {
	if profile == "" {
		return []string{key}
	}
	return []string{profilesTable, profile, key}
}

// markLength returns the length of the byte order mark at the beginning of text.
func markLength(text []byte) int {
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		return len(byteOrderMark)
	}
	return 0
}

// lookUp returns a setting of a profile, or of the top level if profile is empty.
func (d *document) lookUp(profile, key string) (text string, ok bool) {
	text, ok = d.settings[settingID{profile, key}]
	return text, ok
}

func (d *document) hasProfile(name string) bool { return slices.Contains(d.profiles, name) }

// sameAs reports whether the file has exactly these settings and the same profiles as other, except that the given profile may be new or
// gone.
func (d *document) sameAs(settings map[settingID]string, other *document, profile string) bool {
	others := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == profile })
	}
	return maps.Equal(d.settings, settings) && slices.Equal(others(d.profiles), others(other.profiles))
}
