package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// parse reads the text of a file. It keeps text, and returns the first flaw that there is.
func parse(text []byte) (*document, *flaw) {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		// A redirection in Windows PowerShell writes UTF-16, and as a syntax error that would be a puzzle.
		return nil, &flaw{msg: "the file is UTF-16, not UTF-8", hint: "save it as UTF-8"}
	}
	r := &reader{
		doc:  &document{text: text, first: len(text), byName: map[string]int{}, byID: map[settingID]int{}},
		base: markLength(text),
		keys: Keys(),
	}
	r.parser.KeepComments = true
	r.parser.Reset(slices.Clip(text[r.base:])) // clipped, since the parser takes capacity for the end of the text
	if f := r.read(); f != nil {
		f.statement = r.at
		return nil, f
	}
	return r.doc, nil
}

// reader makes a document of what the parser gives it, one statement after the other. Since the settings and where they may stand
// are known, it follows TOML's rules on tables only as far as profiles go: everything else is an unknown setting.
type reader struct {
	doc    *document
	parser unstable.Parser
	keys   []Key
	base   int // of the parser's text in the document's

	at       int        // where the statement that is read begins
	table    []string   // the header that it is under
	profiles definition // how the table of the profiles came to be
}

func (r *reader) read() *flaw {
	if f := r.each(r.statement); f != nil {
		return f
	}
	return r.checkProfileInUse()
}

// each has every statement read by a function that returns an offset on the last of its lines.
func (r *reader) each(statement func(*unstable.Node) (end int, f *flaw)) *flaw {
	next := r.base
	for r.parser.NextExpression() {
		r.at = r.skipBlank(next)
		end, f := statement(r.parser.Expression())
		if f != nil {
			return f
		}
		next = r.doc.line(span{end, end}).to
	}
	r.at = r.skipBlank(next)
	if err := r.parser.Error(); err != nil {
		return r.syntaxFlaw(err)
	}
	return nil
}

// statement reads one, and returns an offset on its last line.
func (r *reader) statement(n *unstable.Node) (end int, f *flaw) {
	switch n.Kind {
	case unstable.Comment:
		r.addComments(n)
		return r.span(n).to, nil
	case unstable.KeyValue:
		r.doc.first = min(r.doc.first, r.at)
		end, f = r.span(n).to, r.assignment(r.table, n, nil)
	default:
		r.doc.first = min(r.doc.first, r.at)
		end, f = r.header(n)
	}
	if comment := n.Next(); f == nil && comment.Valid() {
		r.addComments(comment)
	}
	return end, f
}

// header reads [profiles] or [profiles.NAME].
func (r *reader) header(n *unstable.Node) (end int, f *flaw) {
	path := r.path(n)
	last := path[len(path)-1].at
	switch {
	case path[0].name != profilesTable:
		return 0, r.strangeTable(path)
	case n.Kind == unstable.ArrayTable:
		return 0, &flaw{at: whole(path), msg: "profiles are tables, not lists of them", hint: "write one pair of brackets"}
	case len(path) > 2:
		return 0, &flaw{at: whole(path), msg: "a profile has no tables in it", hint: "write [profiles." + path[1].name + "]"}
	case len(path) == 1:
		if r.profiles != undefined {
			return 0, &flaw{at: last, msg: "the table of the profiles is there already"}
		}
		r.profiles = byHeader
	default:
		if r.profiles == byBraces {
			return 0, &flaw{at: last, msg: "the table of the profiles is closed: it is written in braces"}
		}
		f = r.define(path[1], profile{how: byHeader, header: r.doc.line(last).to})
	}
	r.table = r.table[:0]
	for _, p := range path {
		r.table = append(r.table, p.name)
	}
	return last.to, f
}

// assignment reads one `key = value`, in the table of that name, or in an inline table in it.
func (r *reader) assignment(table []string, n *unstable.Node, in *braces) *flaw {
	path := r.path(n)
	for i := len(table) - 1; i >= 0; i-- {
		path = slices.Insert(path, 0, part{name: table[i], outside: true})
	}
	switch {
	case path[0].name != profilesTable && len(path) > 1:
		return r.strangeTable(path)
	case path[0].name != profilesTable:
		return r.setting("", path[0], n, in)
	}
	if f := r.defineProfiles(path, n); f != nil {
		return f
	}
	switch len(path) {
	case 1:
		r.doc.inline = &braces{open: r.value(n).from + 1}
		return r.inside([]string{profilesTable}, n.Value(), r.doc.inline)
	case 2:
		b := &braces{open: r.value(n).from + 1}
		if f := r.define(path[1], profile{how: byBraces, inline: b}); f != nil {
			return f
		}
		return r.inside([]string{profilesTable, path[1].name}, n.Value(), b)
	case 3:
		return r.setting(path[1].name, path[2], n, in)
	}
	return r.strangeSetting(path[2])
}

// defineProfiles keeps account of how the tables came to be that an assignment goes through.
func (r *reader) defineProfiles(path []part, n *unstable.Node) *flaw {
	name := path[len(path)-1]
	if len(path) < 3 && n.Value().Kind != unstable.InlineTable {
		return r.strayProfile(path)
	}
	if !path[0].outside {
		if r.profiles == byBraces || len(path) == 1 && r.profiles != undefined {
			return &flaw{at: name.at, msg: "the table of the profiles is there already"}
		}
		r.profiles = byDots
		if len(path) == 1 {
			r.profiles = byBraces
		}
	}
	if len(path) < 3 || path[1].outside {
		return nil
	}
	return r.define(path[1], profile{how: byDots})
}

// define adds a profile, or goes on with one that dotted keys began.
func (r *reader) define(name part, p profile) *flaw {
	if i, ok := r.doc.byName[name.name]; ok {
		before := r.doc.profiles[i]
		if p.how == byDots && before.how == byDots {
			return nil
		}
		return &flaw{at: name.at, msg: fmt.Sprintf("profile %s is there already, in line %d", name.name, lineOf(r.doc.text, before.at))}
	}
	if problem := checkProfileName(name.name); problem != nil {
		return &flaw{at: name.at, msg: "a profile's name " + problem.msg, hint: problem.hint}
	}
	if name.name == DefaultProfile {
		return &flaw{at: name.at, msg: "no profile can be called default: that is the top level", hint: "move what is in it to the top of the file"}
	}
	p.name, p.at = name.name, name.at.from
	r.doc.byName[p.name] = len(r.doc.profiles)
	r.doc.profiles = append(r.doc.profiles, p)
	return nil
}

// inside reads what an inline table holds.
func (r *reader) inside(table []string, n *unstable.Node, b *braces) *flaw {
	for it := n.Children(); it.Next(); {
		child := it.Node()
		if child.Kind == unstable.Comment {
			r.addComments(child)
			continue
		}
		b.items = append(b.items, r.span(child))
		if f := r.assignment(table, child, b); f != nil {
			return f
		}
	}
	return nil
}

// setting reads the value of a setting.
func (r *reader) setting(profile string, name part, n *unstable.Node, in *braces) *flaw {
	i := slices.IndexFunc(r.keys, func(k Key) bool { return k.Name == name.name })
	if i < 0 {
		return r.strangeSetting(name)
	}
	key, id := r.keys[i], settingID{profile, name.name}
	if key.Name == Profile && profile != "" {
		return &flaw{at: name.at, msg: "a profile can't choose a profile", hint: "move it to the top of the file"}
	}
	if before, ok := r.doc.lookUp(profile, key.Name); ok {
		return &flaw{at: name.at, msg: fmt.Sprintf("%s is set twice: it is in line %d too", key.Name, lineOf(r.doc.text, before.name)), hint: "keep one of them"}
	}
	value := r.value(n)
	text, f := r.text(key, n.Value(), value)
	if f != nil {
		return f
	}
	r.doc.byID[id] = len(r.doc.settings)
	r.doc.settings = append(r.doc.settings, setting{settingID: id, text: text, start: r.span(n).from, name: name.at.from, value: value, in: in})
	return nil
}

// checkProfileInUse checks that `profile = "x"` names one.
func (r *reader) checkProfileInUse() *flaw {
	s, ok := r.doc.lookUp("", Profile)
	if !ok || s.text == DefaultProfile || r.doc.hasProfile(s.text) {
		return nil
	}
	names := r.doc.profileNames()
	hint := "write it as [profiles." + s.text + "], or take this line away"
	if near := webhook.Near(s.text, names); near != "" {
		hint = "did you mean " + near + "?"
	} else if len(names) > 0 {
		hint = "profiles there are: " + strings.Join(names, ", ")
	}
	r.at = s.start
	return &flaw{at: s.value, msg: "there is no profile " + s.text, hint: hint}
}
