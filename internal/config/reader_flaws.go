package config

import (
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// flaw is what is wrong with a text, and where.
type flaw struct {
	at        span
	statement int // where the statement begins that it is in
	msg, hint string
}

// syntaxFlaw says where the parser stopped, and why. What was begun and never ended is shown where it begins: the parser, which
// has looked for its end in vain, would show the end of the file.
func (r *reader) syntaxFlaw(err error) *flaw {
	f := &flaw{at: span{r.at, r.at}, msg: err.Error()}
	var syntax *unstable.ParserError
	if errors.As(err, &syntax) {
		at := r.parser.Range(syntax.Highlight)
		f.at.from = r.base + int(at.Offset)
		f.at.to = f.at.from + int(at.Length)
	}
	if f.at.to >= len(r.doc.text) && lineOf(r.doc.text, f.at.from) != lineOf(r.doc.text, r.at) {
		f.at, f.hint = span{r.at, r.at}, "it begins here and never ends"
		return f
	}
	return r.quotesMissing(f)
}

// quotesMissing makes better words of the commonest slips in TOML: a text without its quotes, or with typographic ones, or without the
// last of them.
func (r *reader) quotesMissing(f *flaw) *flaw {
	line := r.doc.line(span{f.at.from, f.at.from})
	name, rest, _ := strings.Cut(string(r.doc.text[line.from:line.to]), "=")
	value, _, _ := strings.Cut(rest, "#")
	value = strings.TrimSpace(value)
	last := strings.TrimSpace(name[strings.LastIndexByte(name, '.')+1:])
	i := slices.IndexFunc(r.keys, func(k Key) bool { return k.Name == last })
	switch {
	case i < 0 || value == "" || strings.ContainsAny(value, "[]{}"):
		return f
	case value[0] == '"' || value[0] == '\'':
		if strings.Count(value, value[:1])%2 == 1 {
			f.hint = "a quote is missing"
		}
		return f
	}
	from := line.from + len(name) + 1 + strings.Index(rest, value)
	f.at = span{from, from + len(value)}
	p := wrongType(r.keys[i], unstable.Invalid, strings.Trim(value, "“”„‟‘’‚‛«»"))
	f.msg, f.hint = r.keys[i].Name+" "+p.msg, p.hint
	return f
}

// wrongType says how a value is to be written that is of another type than its setting's, or of none.
func wrongType(key Key, kind unstable.Kind, value string) *problem {
	switch {
	case key.form == formList && (kind == unstable.String || kind == unstable.Invalid) && key.check(value) == nil:
		return &problem{"is a list of texts", "write " + key.entry(value)}
	case key.form == formList:
		return &problem{"is a list of texts", "like " + key.entry("render.*,wallet.deposit")}
	case key.form == formSwitch:
		return &problem{"is true or false", "write " + key.entry("true") + ", or take the line away"}
	case key.Secret && key.Name == WebhookSecret:
		return &problem{"is a text in quotes", "write " + key.entry("whsec_…")}
	case key.Secret:
		return &problem{"is a text in quotes", "write " + key.entry("…")}
	case kind == unstable.Array:
		return &problem{"is one text, not a list", ""}
	case key.Name == Timeout && isNumber(value):
		return &problem{"is a text with its unit, not a number", "write " + key.entry(value+"s")}
	case key.check(value) == nil:
		return &problem{"is a text in quotes", "write " + key.entry(value)}
	case key.Default != "":
		return &problem{"is a text in quotes", "like " + key.entry(key.Default)}
	}
	return &problem{"is a text in quotes", ""}
}

// strangeTable says that only profiles are tables.
func (r *reader) strangeTable(path []part) *flaw {
	name := path[0]
	f := &flaw{at: name.at, msg: "there is no table " + printable(name.name)}
	if key, err := FindKey(dotted(path)); err == nil && len(path) > 1 {
		return &flaw{at: whole(path), msg: f.msg, hint: "in this file it is written " + key.Name}
	}
	if name.name == Tunnel && len(path) > 1 {
		f.hint = "its settings have no table: write " + NgrokRootCAs + " = … and the like"
		return f
	}
	if webhook.Near(name.name, []string{profilesTable}) != "" {
		f.hint = "did you mean profiles?"
		return f
	}
	if key, err := FindKey(name.name); err == nil {
		return &flaw{at: name.at, msg: key.Name + " is a value, not a table", hint: "write " + key.Name + " = …"}
	}
	if checkProfileName(name.name) == nil {
		f.hint = "a profile is written [profiles." + name.name + "]"
	}
	return f
}

// dotted is a path as one name.
func dotted(path []part) string {
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = p.name
	}
	return strings.Join(names, ".")
}

// strangeSetting says that a name is no setting's, and which was meant.
func (r *reader) strangeSetting(name part) *flaw {
	for _, key := range r.keys {
		if key.Name == name.name {
			return &flaw{at: name.at, msg: key.Name + " is a value, not a table", hint: "write " + key.Name + " = …"}
		}
		if key.Name == strings.ReplaceAll(name.name, "-", "_") {
			return &flaw{at: name.at, msg: "there is no setting " + name.name, hint: "in this file it is written " + key.Name}
		}
	}
	unknown := unknownSetting(name.name, r.keys)
	f := &flaw{at: name.at, msg: unknown.Error(), hint: "did you mean " + unknown.Near + "?"}
	if unknown.Near == "" {
		f.hint = "take it away, then see all settings: vidiking config list" // which needs a file that can be read
	}
	return f
}

// strayProfile says what is wrong where something else than a table stands in the place of one.
func (r *reader) strayProfile(path []part) *flaw {
	last := path[len(path)-1]
	if len(path) == 2 && slices.ContainsFunc(r.keys, func(k Key) bool { return k.Name == last.name }) {
		return &flaw{at: last.at, msg: last.name + " stands in the table of the profiles, and in none of them", hint: "move it to the top of the file, or under [profiles.NAME]"}
	}
	return &flaw{at: last.at, msg: printable(last.name) + " is a table, not a value", hint: "write [profiles.NAME], and its settings under it"}
}
