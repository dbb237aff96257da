package config

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// seeds are files with every form of TOML, valid and invalid.
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

// FuzzLoad checks that parse never panics and that an error names a position in the file.
func FuzzLoad(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, problem := parse(text)
		if problem == nil {
			return
		}
		e := Environment{}.fileError("f", text, problem)
		if e.Line == 0 { // in an inline table
			if e.Msg == "" {
				t.Errorf("no message for\n%q", text)
			}
			return
		}
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

// FuzzSet checks every setting with any value in any valid file.
func FuzzSet(f *testing.F) {
	for i, s := range seeds {
		f.Add([]byte(s), uint8(i), uint8(i), "warn")
		f.Add([]byte(s), uint8(3), uint8(5), "strict")
		f.Add([]byte(s), uint8(i), uint8(4), "ai.*,wallet.*")
		f.Add([]byte(s), uint8(i), uint8(1), `C:\a"b'c`)
	}
	f.Fuzz(func(t *testing.T, text []byte, profileNumber, keyNumber uint8, value string) {
		d, problem := parse(text)
		key := Keys()[int(keyNumber)%len(Keys())]
		value = key.normalize(value)
		if problem != nil || value == "" || key.check(value) != nil || key.Name == Profile && value != DefaultProfile && !d.hasProfile(value) {
			t.Skip()
		}
		names := append([]string{"", "new"}, d.profiles...)
		profile := names[int(profileNumber)%len(names)]
		if key.Name == Profile {
			profile = ""
		}
		checkSet(t, d, settingID{profile, key.Name}, value)
	})
}

// checkSet sets a setting and removes it again. Either call changes only that setting, or refuses the change.
func checkSet(t *testing.T, d *document, id settingID, value string) {
	t.Helper()
	key, err := FindKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	after, err := d.set(id.profile, key, value)
	if err != nil {
		return // errByHand
	}
	want := maps.Clone(d.settings)
	want[id] = value
	got, problem := parse(after)
	if problem != nil {
		t.Fatalf("set %v to %q: %+v, for\n%q\n%q", id, value, problem, d.text, after)
	}
	if diff := cmp.Diff(want, got.settings); diff != "" {
		t.Errorf("set %v to %q: settings (-want +got):\n%s\nof\n%q\n%q", id, value, diff, d.text, after)
	}
	if before, now := comments(d.text), comments(after); before != now {
		t.Errorf("set %v to %q: comments %q became %q, of\n%q\n%q", id, value, before, now, d.text, after)
	}
	checkUnset(t, got, id, key)
}

func checkUnset(t *testing.T, d *document, id settingID, key Key) {
	t.Helper()
	after, err := d.unset(id.profile, key)
	if err != nil {
		return // errByHand, or the last setting of the active profile
	}
	want := maps.Clone(d.settings)
	delete(want, id)
	if got, problem := parse(after); problem != nil || !maps.Equal(want, got.settings) {
		t.Errorf("unset %v: got %+v, %+v, want %v for\n%q\n%q", id, got, problem, want, d.text, after)
	}
}

// comments returns the whole-line comments of a file.
func comments(text []byte) string {
	var all []string
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte(byteOrderMark))) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("#")) {
			all = append(all, string(line))
		}
	}
	return strings.Join(all, "\n")
}
