package config

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// author writes random files with every form of TOML, valid and invalid. A fuzzer rarely finds these forms by changing bytes.
type author struct{ *rand.Rand }

func (a author) any(of ...string) string { return of[a.IntN(len(of))] }

func (a author) name() string { return a.any("a", "b", `"a"`, "'b'") }

func (a author) blank() string { return a.any("", "", " ", "\t") }

func (a author) assignment() string {
	return a.any(`verify`, `"path"`, "events", "timeout") + a.blank() + "=" + a.blank() + a.value()
}

// value returns a value that fits one of the keys often enough for files to load.
func (a author) value() string {
	return a.any(`"off"`, `'/a'`, `["render.*"]`, "[ # c\n 'ai.*', # d\n]", `"3s"`, `'3s'`, "'''\n/a'''", "{}")
}

func (a author) right() string {
	return a.any(`verify = "off"`, `path='/a'`, "events = [ # c\n 'ai.*', # d\n ]", `"timeout"= "3s"`, `forward = """x"""`)
}

// items returns an inline table with its braces.
func (a author) items(item func() string) string {
	var items []string
	for range a.IntN(3) {
		items = append(items, a.any("", "", " ", "\n", "# e\n")+item()+a.any("", "", " ", "\n", " # f\n"))
	}
	return "{" + a.blank() + strings.Join(items, ",") + a.any("", " ", "\n", "# g }\n") + "}"
}

func (a author) setting() string {
	if a.IntN(8) == 0 {
		return a.assignment()
	}
	return a.right()
}

func (a author) dotted() string { return a.name() + a.blank() + "." + a.blank() + a.setting() }

func (a author) inline() string { return a.name() + " = " + a.items(a.setting) }

func (a author) inProfiles() string {
	if a.IntN(2) == 0 {
		return a.inline()
	}
	return a.dotted()
}

func (a author) statement() string {
	switch a.IntN(10) {
	case 0:
		return "profiles = " + a.items(a.inProfiles)
	case 1, 2:
		return "profiles" + a.blank() + "." + a.inProfiles()
	case 3:
		return a.inProfiles()
	case 4:
		return "[" + a.blank() + "profiles" + a.blank() + "]"
	case 5, 6:
		return "[profiles." + a.name() + "]"
	case 7:
		return "# comment"
	default:
		return a.setting()
	}
}

func (a author) file() string {
	newline := a.any("\n", "\n", "\r\n")
	var b strings.Builder
	for range 1 + a.IntN(7) {
		b.WriteString(a.blank() + a.statement() + a.any("", "", " # why") + newline + a.any("", "", newline))
	}
	text := strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n", newline)
	return a.any("", "", "", byteOrderMark) + strings.TrimSuffix(text, a.any("", newline))
}

func TestSetAndUnsetChangeOneSettingInEveryFormOfTOML(t *testing.T) {
	t.Parallel()
	const files = 1_000
	a := author{rand.New(rand.NewPCG(1, 2))}
	loaded := 0
	for range files {
		d, problem := parse([]byte(a.file()))
		if problem != nil {
			continue
		}
		loaded++
		for _, profile := range []string{"", "a", "b", "new"} {
			id := settingID{profile, a.any("verify", "path", "events", "timeout", "addr")}
			value := map[string]string{"verify": "warn", "path": "/b", "events": "wallet.*,ai.*", "timeout": "1s", "addr": "[::1]:0"}[id.key]
			checkSet(t, d, id, value)
		}
	}
	if loaded < files/20 {
		t.Errorf("%d of %d files load, too few for this test", loaded, files)
	}
}
