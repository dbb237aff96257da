package config

import "bytes"

// document is the file, read: its text, and where in it each setting and each profile stands.
type document struct {
	text     []byte
	first    int // where the first statement or header begins; behind the text where there is none
	settings []setting
	profiles []profile
	inline   *braces // what `profiles = {…}` holds; nil where the profiles are written otherwise
	comments []span  // in order

	byName map[string]int    // of profiles
	byID   map[settingID]int // of settings
}

// span is a range of the text: from its first byte to behind its last.
type span struct{ from, to int }

// settingID names a setting of the file; profile is empty at the top level.
type settingID struct{ profile, key string }

type setting struct {
	settingID

	text  string  // normal
	start int     // where the whole key begins: profiles.x.verify
	name  int     // where its last part begins: verify
	value span    // as it is written
	in    *braces // the inline table it stands in; nil where it is a statement of its own
}

type profile struct {
	name   string
	at     int // where its name first stands
	how    definition
	header int     // behind the line of its header, where it has one
	inline *braces // what `NAME = {…}` holds, where it is written so
}

// braces is an inline table: where it opens, and what is in it.
type braces struct {
	open  int // behind the brace
	items []span
}

// definition is how a table came to be. TOML lets each be defined once; only dotted keys may add to what dotted keys began. (They may
// so in one place alone, but there is only one: what can hold the dotted keys of profiles is itself defined once.)
type definition int

const (
	undefined definition = iota
	byHeader
	byDots
	byBraces
)

// byteOrderMark may stand in front of UTF-8, as some editors on Windows write it.
const byteOrderMark = "\ufeff"

// line is the range of whole lines, their ends included, that s touches.
func (d *document) line(s span) span {
	from := bytes.LastIndexByte(d.text[:s.from], '\n') + 1
	if from == 0 {
		from = markLength(d.text)
	}
	to := len(d.text)
	if end := bytes.IndexByte(d.text[s.to:], '\n'); end >= 0 {
		to = s.to + end + 1
	}
	return span{from, to}
}

// markLength is the length of the byte order mark in front of text.
func markLength(text []byte) int {
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		return len(byteOrderMark)
	}
	return 0
}

// lookUp returns the setting of that name in a profile, or at the top level where profile is empty.
func (d *document) lookUp(profile, key string) (setting, bool) {
	i, ok := d.byID[settingID{profile, key}]
	if !ok {
		return setting{}, false
	}
	return d.settings[i], true
}

func (d *document) hasProfile(name string) bool {
	_, ok := d.byName[name]
	return ok
}

func (d *document) profileNames() []string {
	names := make([]string, len(d.profiles))
	for i, p := range d.profiles {
		names[i] = p.name
	}
	return names
}
