package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// errByHand indicates that set or unset cannot change the file safely.
var errByHand = errors.New("the file is written in a way that cannot be changed automatically")

// set returns the text with a setting changed or added. Comments and everything else stay. It returns errByHand if it cannot do so safely:
// it changes only lines of the form `key = value`, and adds to [profiles.NAME].
func (d *document) set(profile string, key Key, value string) ([]byte, error) {
	var after []byte
	if _, ok := d.lookUp(profile, key.Name); ok {
		line, ok := d.find(tablePath(profile, key.Name))
		if !ok {
			return nil, errByHand
		}
		after = d.replace(valueSpan(d.text, line.key), d.newValue(line, key, value))
	} else {
		after = d.withLine(profile, key.entry(value))
	}
	want := maps.Clone(d.settings)
	want[settingID{profile, key.Name}] = value
	return d.verified(after, want, profile)
}

// unset returns the text without a setting, and without its line. It returns errByHand if it cannot do so safely.
func (d *document) unset(profile string, key Key) ([]byte, error) {
	line, ok := d.find(tablePath(profile, key.Name))
	if !ok {
		return nil, errByHand
	}
	want := maps.Clone(d.settings)
	delete(want, settingID{profile, key.Name})
	return d.verified(d.replace(line.span, ""), want, profile)
}

// verified returns the text after a change if it has the expected settings, and errByHand otherwise. The profile may be new or gone.
func (d *document) verified(after []byte, want map[settingID]string, profile string) ([]byte, error) {
	got, problem := parse(after)
	if problem != nil && problem.msg == unknownProfileMsg(profile) {
		return nil, &Error{Msg: fmt.Sprintf("this is the last setting of the active profile %q", profile), Hint: "choose another profile first: vidiking config unset profile"}
	}
	if problem != nil || !got.sameAs(want, d, profile) {
		return nil, errByHand
	}
	return after, nil
}

// assignment is a line of the form `key = value`.
type assignment struct {
	span
	path []string // the full key
	key  span
}

// assignments returns, in order, the lines that each set one value and can therefore be edited.
func (d *document) assignments() []assignment {
	var found []assignment
	var table []string
	for at := markLength(d.text); at < len(d.text); {
		line := lineAt(d.text, at)
		at = line.to
		name, value, isHeader := decodeLine(d.text[line.from:line.to])
		switch {
		case isHeader:
			table = name
		case name != nil && !isTable(value):
			indent := len(d.text[line.from:line.to]) - len(bytes.TrimLeft(d.text[line.from:line.to], " \t"))
			from := line.from + indent
			key := span{from, from + keyLength(d.text[from:])}
			if d.text[valueSpan(d.text, key).from] != '{' {
				found = append(found, assignment{line, slices.Concat(table, name), key})
			}
		}
	}
	return found
}

// find returns the line that sets a value.
func (d *document) find(path []string) (assignment, bool) {
	all := d.assignments()
	i := slices.IndexFunc(all, func(a assignment) bool { return slices.Equal(a.path, path) })
	if i < 0 {
		return assignment{}, false
	}
	return all[i], true
}

// replace returns the text with a span replaced.
func (d *document) replace(at span, with string) []byte {
	return slices.Concat(d.text[:at.from], []byte(with), d.text[at.to:])
}

// newValue returns the new value for a line, in the same kind of quotes if possible.
func (d *document) newValue(line assignment, key Key, value string) string {
	_, entry, _ := strings.Cut(key.entry(value), " = ")
	before := d.text[valueSpan(d.text, line.key).from]
	if before == '\'' && entry[0] == '"' && !strings.Contains(value, "'") {
		return "'" + value + "'"
	}
	return entry
}

// withLine returns the text with a new line in a profile. The line goes below the profile's last setting, otherwise below its header,
// otherwise below a new header at the end of the file. At the top level, it goes below the last setting, otherwise above the first header.
func (d *document) withLine(profile, entry string) []byte {
	table := tablePath(profile, "")
	table = table[:len(table)-1]
	below, indent := -1, ""
	for _, a := range d.assignments() {
		if len(a.path) == len(table)+1 && slices.Equal(a.path[:len(table)], table) && len(bytes.Fields(d.text[a.key.from:a.key.to])) == 1 {
			below, indent = a.to, string(d.text[a.from:a.key.from])
		}
	}
	switch first, header := d.headers(table); {
	case below >= 0:
	case header >= 0:
		below = header
	case profile == "":
		below = first
		if first < len(d.text) {
			entry += d.newline()
		}
	default:
		below = len(d.text)
		entry = "[" + profilesTable + "." + profile + "]" + d.newline() + entry
		if len(d.text) > markLength(d.text) {
			entry = d.newline() + entry
		}
	}
	return d.insert(below, indent+entry)
}

// headers returns where the first header begins, including comments above it, and where the line of the table's header ends (-1 if it has
// none).
func (d *document) headers(table []string) (first, end int) {
	first, end = len(d.text), -1
	comments := len(d.text)
	for at := markLength(d.text); at < len(d.text); {
		line := lineAt(d.text, at)
		at = line.to
		path, _, isHeader := decodeLine(d.text[line.from:line.to])
		switch {
		case isHeader:
			first = min(first, comments, line.from)
			if slices.Equal(path, table) {
				end = line.to
			}
			comments = len(d.text)
		case bytes.HasPrefix(bytes.TrimSpace(d.text[line.from:line.to]), []byte("#")):
			comments = min(comments, line.from)
		default:
			comments = len(d.text)
		}
	}
	return first, end
}

// insert returns the text with a new line at an offset, which must be the beginning of a line or the end of the text.
func (d *document) insert(at int, line string) []byte {
	line += d.newline()
	if at > markLength(d.text) && d.text[at-1] != '\n' {
		line = d.newline() + line
	}
	return d.replace(span{at, at}, line)
}

// newline returns the line ending of the text.
func (d *document) newline() string {
	if end := bytes.IndexByte(d.text, '\n'); end > 0 && d.text[end-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
