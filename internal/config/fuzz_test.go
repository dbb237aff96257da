package config

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// seeds are files in all the ways in which one can be written, right and wrong.
var seeds = []string{
	"",
	"\ufeff# mine\r\nverify = \"warn\" # why\r\n",
	"api_key = 'vk_0123'\nsandbox = true\n[profiles.a]\nsandbox = 'false'",
	"webhook_secret = 'whsec_0123456789'\nmax_body = 0x1_000\ntimeout = \"1m\"",
	"events = [ # all\n \"render.*\", # one\n 'ai.*',\n]\n",
	"path = \"\"\"\n/a\\\n  b\"\"\"\nforward = '''x'''\n",
	"profile = \"x\"\n\n# of x\n[profiles.x]\n  \"verify\" = \"off\"\n[profiles]\ny.path = \"/a\"\n",
	"profiles.x.verify = \"off\"\nprofiles . 'y' . \"path\" = \"/a\"\n[profiles.z]\n",
	"profiles = { x = { verify = \"off\", path = '/a' }, y.path = \"/b\", z = {} }\n",
	"profiles.x = {\n verify = \"off\" # one\n , # two\n path = \"/a\", # three\n}\n",
	"profiles = {}\n[profiles.x]\n",
	"[profiles.x]\n[profiles.x]\n",
	"[[profiles]]\nverify = 1\n",
	"verify = \"warn\nx = [",
	"webhook_secret = \"\"\"hush\nverify = 2020-01-01T00:00:00Z\n",
	"events = [[[1]], {a=1}]\n",
	"\xff\xfea\x00",
	"verify = \"\xff\"\ny\x00",
}

// FuzzLoad reads any bytes. It never panics; what it refuses it shows in a line of the file; and it takes exactly what the library's
// own decoder takes and what holds nothing but right settings.
func FuzzLoad(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, flaw := parse(text)
		want, ok := decode(text)
		if ok != (flaw == nil) {
			t.Fatalf("parse: got %+v, want right: %v, for\n%q", flaw, ok, text)
		}
		if flaw == nil {
			if diff := cmp.Diff(want, d.meaning()); diff != "" {
				t.Errorf("settings (-want +got):\n%s\nof\n%q", diff, text)
			}
			return
		}
		e := World{}.fileError("f", text, flaw)
		lines := bytes.Split(bytes.TrimPrefix(text, []byte(byteOrderMark)), []byte("\n"))
		if e.Line < 1 || e.Line > len(lines) {
			t.Fatalf("line %d of %d, for\n%q", e.Line, len(lines), text)
		}
		line := bytes.TrimRight(lines[e.Line-1], "\r")
		length := utf8.RuneCount(line)
		if utf8.RuneCountInString(e.Text) != length {
			t.Errorf("text of line %d: got %q, want the length of %q", e.Line, e.Text, line)
		}
		if e.Column < 1 || e.Column > length+1 || e.Width < 1 || e.Column+e.Width-1 > max(length, e.Column) {
			t.Errorf("column %d, width %d in line %q of %d characters", e.Column, e.Width, line, length)
		}
		if e.Msg == "" {
			t.Errorf("no message for\n%q", text)
		}
	})
}

// FuzzSet sets any setting to any value in any file that loads, and takes it away again. The value is there then, everything else as it
// was, and so is every byte outside of the change.
func FuzzSet(f *testing.F) {
	for i, s := range seeds {
		f.Add([]byte(s), uint8(i), uint8(i), "warn")
		f.Add([]byte(s), uint8(3), uint8(5), "strict")
		f.Add([]byte(s), uint8(i), uint8(4), "ai.*,wallet.*")
		f.Add([]byte(s), uint8(i), uint8(1), `C:\a"b'c`)
	}
	f.Fuzz(func(t *testing.T, text []byte, profileNumber, keyNumber uint8, value string) {
		d, flaw := parse(text)
		key := Keys()[int(keyNumber)%len(Keys())]
		value = key.normal(value)
		if flaw != nil || value == "" || key.check(value) != nil || key.Name == Profile && value != DefaultProfile && !d.hasProfile(value) {
			t.Skip()
		}
		names := append([]string{"", "new"}, d.profileNames()...)
		profile := names[int(profileNumber)%len(names)]
		if key.Name == Profile {
			profile = ""
		}
		checkSet(t, d, settingID{profile, key.Name}, value)
	})
}

// checkSet sets a setting in a file, and takes it away again.
func checkSet(t *testing.T, d *document, id settingID, value string) {
	t.Helper()
	key, err := FindKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	after := d.set(id.profile, key, value)
	if err := d.proveSet(after, id, value); err != nil {
		t.Fatalf("set %v to %q: %v, for\n%q\n%q", id, value, err, d.text, after)
	}
	want, _ := decode(d.text)
	want[id] = value
	got, ok := decode(after)
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("set %v to %q: settings (-want +got):\n%s\nof\n%q\n%q", id, value, diff, d.text, after)
	}
	checkOutside(t, d, id, after)
	checkUnset(t, after, id)
}

// checkOutside checks that a change left every byte outside of the former value.
func checkOutside(t *testing.T, d *document, id settingID, after []byte) {
	t.Helper()
	changed := 0
	if s, ok := d.lookUp(id.profile, id.key); ok {
		changed = s.value.to - s.value.from
	}
	head := 0
	for head < min(len(d.text), len(after)) && d.text[head] == after[head] {
		head++
	}
	tail := 0
	for tail < min(len(d.text), len(after)) && d.text[len(d.text)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	if head+tail < len(d.text)-changed {
		t.Errorf("set %v changed more than its place:\n%q\n%q", id, d.text, after)
	}
}

func checkUnset(t *testing.T, text []byte, id settingID) {
	t.Helper()
	d, flaw := parse(text)
	if flaw != nil {
		t.Fatalf("%+v in %q", flaw, text)
	}
	s, ok := d.lookUp(id.profile, id.key)
	if !ok {
		t.Fatalf("%v is not in %q", id, text)
	}
	after := d.unset(s)
	if inUse, ok := d.lookUp("", Profile); ok && inUse.text == id.profile {
		return // taking away the last of its settings may rightly be refused
	}
	if err := d.proveUnset(after, id); err != nil {
		t.Fatalf("unset %v: %v, for\n%q\n%q", id, err, text, after)
	}
	want, _ := decode(text)
	delete(want, id)
	if got, ok := decode(after); !ok || !maps.Equal(want, got) {
		t.Errorf("unset %v: got %v, want %v for\n%q\n%q", id, got, want, text, after)
	}
}

// decode reads a file by the library's decoder, and judges it by the settings' checks: a second way to what parse does.
func decode(text []byte) (map[settingID]string, bool) {
	var file map[string]any
	if err := toml.Unmarshal(bytes.TrimPrefix(text, []byte(byteOrderMark)), &file); err != nil {
		return nil, false
	}
	settings, profiles := map[settingID]string{}, map[string]any{}
	for name, value := range file {
		if name == profilesTable {
			table, ok := value.(map[string]any)
			if !ok {
				return nil, false
			}
			profiles = table
			continue
		}
		if !decodeSetting(settings, "", name, value) {
			return nil, false
		}
	}
	for name, value := range profiles {
		table, ok := value.(map[string]any)
		if !ok || name == DefaultProfile || checkProfileName(name) != nil {
			return nil, false
		}
		for key, value := range table {
			if key == Profile || !decodeSetting(settings, name, key, value) {
				return nil, false
			}
		}
	}
	inUse, ok := settings[settingID{"", Profile}]
	_, found := profiles[inUse]
	return settings, !ok || found || inUse == DefaultProfile
}

func decodeSetting(settings map[settingID]string, profile, name string, value any) bool {
	keys := Keys()
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return false
	}
	text := ""
	switch v := value.(type) {
	case string:
		if text = v; keys[i].form == formList {
			return false
		}
	case int64:
		if text = strconv.FormatInt(v, 10); keys[i].form != formNumber {
			return false
		}
	case bool:
		if text = strconv.FormatBool(v); keys[i].form != formSwitch {
			return false
		}
	case []any:
		var items []string
		for _, item := range v {
			s, ok := item.(string)
			if !ok || s == "" || strings.Contains(s, ",") || strings.TrimSpace(s) != s {
				return false
			}
			items = append(items, s)
		}
		if text = strings.Join(items, ","); keys[i].form != formList {
			return false
		}
	default:
		return false
	}
	settings[settingID{profile, name}] = text
	return keys[i].check(text) == nil
}
