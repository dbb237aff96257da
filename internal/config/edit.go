package config

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// edit puts a text in the place of a range of the file's.
type edit struct {
	at   span
	with string
}

// apply is the text after edits that do not overlap.
func (d *document) apply(edits ...edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.at.from, b.at.from) })
	var after []byte
	end := 0
	for _, e := range edits {
		after = append(append(after, d.text[end:e.at.from]...), e.with...)
		end = e.at.to
	}
	return append(after, d.text[end:]...)
}

// set is the text with a setting changed, or added in the place where a person would look for it.
func (d *document) set(profile string, key Key, value string) []byte {
	if s, ok := d.lookUp(profile, key.Name); ok {
		return d.apply(edit{s.value, d.rewritten(s, key, value)})
	}
	entry := key.entry(value)
	if beside, ok := d.lastOf(profile); ok {
		return d.addBeside(beside, entry)
	}
	if profile == "" {
		return d.addOnTop(entry)
	}
	if i, ok := d.byName[profile]; ok { // it is there, and empty
		if p := d.profiles[i]; p.inline == nil {
			return d.addLine(p.header, "", entry)
		}
		return d.addInside(d.profiles[i].inline, entry)
	}
	if d.inline != nil {
		return d.addInside(d.inline, profile+" = { "+entry+" }")
	}
	return d.addProfile(profile, entry)
}

// lastOf is the last setting of a profile, or of the top level.
func (d *document) lastOf(profile string) (setting, bool) {
	for _, s := range slices.Backward(d.settings) {
		if s.profile == profile {
			return s, true
		}
	}
	return setting{}, false
}

// addBeside adds an entry after a setting of the same table, written in the same way: with the same key in front, the same indent.
func (d *document) addBeside(s setting, entry string) []byte {
	entry = string(d.text[s.start:s.name]) + entry
	if s.in != nil {
		return d.apply(edit{span{s.value.to, s.value.to}, ", " + entry})
	}
	line := d.line(span{s.start, s.value.to})
	return d.addLine(line.to, string(d.text[line.from:s.start]), entry)
}

// addLine adds a line where one begins, or the text ends.
func (d *document) addLine(at int, indent, entry string) []byte {
	newline := d.newline()
	line := indent + entry + newline
	if at > markLength(d.text) && d.text[at-1] != '\n' {
		line = newline + line
	}
	return d.apply(edit{span{at, at}, line})
}

// addInside adds an entry to an inline table.
func (d *document) addInside(b *braces, entry string) []byte {
	if n := len(b.items); n > 0 {
		end := b.items[n-1].to
		return d.apply(edit{span{end, end}, ", " + entry})
	}
	entry = " " + entry
	if d.text[b.open] == '}' {
		entry += " "
	}
	return d.apply(edit{span{b.open, b.open}, entry})
}

// addOnTop adds the first setting of the top level: before the first table, and the comments that belong to it.
func (d *document) addOnTop(entry string) []byte {
	if d.first == len(d.text) {
		return d.addLine(d.first, "", entry)
	}
	at := d.line(span{d.first, d.first}).from
	for at > markLength(d.text) {
		above := d.line(span{at - 1, at - 1})
		if !bytes.HasPrefix(bytes.TrimLeft(d.text[above.from:above.to], " \t"), []byte("#")) {
			break
		}
		at = above.from
	}
	entry += d.newline()
	if d.text[d.first] == '[' {
		entry += d.newline()
	}
	return d.apply(edit{span{at, at}, entry})
}

// addProfile adds a profile behind everything else.
func (d *document) addProfile(name, entry string) []byte {
	newline := d.newline()
	between := ""
	if end := d.text[markLength(d.text):]; len(end) > 0 {
		if end[len(end)-1] != '\n' {
			between = newline
		}
		between += newline
	}
	return d.apply(edit{span{len(d.text), len(d.text)}, between + "[" + profilesTable + "." + name + "]" + newline + entry + newline})
}

// unset is the text without a setting: without its lines, or in an inline table without one comma.
func (d *document) unset(s setting) []byte {
	item := span{s.start, s.value.to}
	if s.in == nil {
		return d.apply(edit{at: d.line(item)})
	}
	comma, ok := d.commaAfter(item)
	if i := slices.Index(s.in.items, item); !ok && i > 0 {
		comma, ok = d.commaAfter(s.in.items[i-1])
	}
	if !ok {
		return d.apply(edit{at: item})
	}
	return d.apply(edit{at: item}, edit{at: comma})
}

// commaAfter is the comma that ends an item of an inline table, with the blanks behind it. Comments and line breaks may come before it.
func (d *document) commaAfter(item span) (span, bool) {
	at := item.to
	for at < len(d.text) {
		switch c := d.text[at]; {
		case c == ',':
			to := at + 1
			for to < len(d.text) && (d.text[to] == ' ' || d.text[to] == '\t') {
				to++
			}
			return span{at, to}, true
		case c == '#':
			at = d.line(span{at, at}).to
		case strings.IndexByte(" \t\r\n", c) >= 0:
			at++
		default:
			return span{}, false
		}
	}
	return span{}, false
}

// newline is how the lines of the text end.
func (d *document) newline() string {
	if end := bytes.IndexByte(d.text, '\n'); end > 0 && d.text[end-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
