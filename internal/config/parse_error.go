package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// parseError is a problem in the text of a file, and its position.
type parseError struct {
	at        span // nowhere if the position is unknown
	statement int  // where the statement begins that contains the position
	msg, hint string
}

// checker collects the problems in a decoded file.
type checker struct {
	text      []byte
	keys      []Key // that the file may set
	skeleton  any   // a pointer to a struct with the file's tables, for locate
	positions map[string]span
	problems  []parseError
}

// fail adds a problem with a key.
func (c *checker) fail(path []string, msg, hint string) {
	at := c.locate(path)
	c.problems = append(c.problems, parseError{at: at, statement: at.from, msg: msg, hint: hint})
}

// failValue adds a problem with the value of a key.
func (c *checker) failValue(path []string, msg, hint string) {
	key := c.locate(path)
	c.problems = append(c.problems, parseError{at: valueSpan(c.text, key), statement: key.from, msg: msg, hint: hint})
}

// first returns the problem that comes first in the file; nil if there is none. Decoded tables have no order.
func (c *checker) first() *parseError {
	if len(c.problems) == 0 {
		return nil
	}
	first := slices.MinFunc(c.problems, func(a, b parseError) int {
		return cmp.Or(cmp.Compare(uint(a.at.from), uint(b.at.from)), cmp.Compare(a.msg, b.msg)) // nowhere comes last
	})
	return &first
}

// syntaxError explains why the text is not valid TOML.
func syntaxError(text []byte, keys []Key, err error) *parseError {
	p := &parseError{msg: strings.TrimPrefix(err.Error(), "toml: "), at: nowhere}
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return p
	}
	at := offsetOf(text, decode)
	p.statement = statementStart(text, at)
	p.at = span{at, at + bareLength(text[at:])}
	if lineOf(text, at) != lineOf(text, p.statement) && len(bytes.TrimSpace(text[min(at, len(text)):])) == 0 {
		// A string or list without an end: show where it begins, because the decoder reports the end of the file.
		p.at, p.hint = span{p.statement, p.statement}, "it begins here and never ends"
		return p
	}
	return explainMissingQuotes(text, keys, p)
}

// statementStart returns where the statement begins that contains an offset: at the nearest line before it up to which the text is valid.
func statementStart(text []byte, at int) int {
	const maxLines = 100 // each line decodes all text before it
	begin := lineAt(text, at).from
	for range maxLines {
		var tree map[string]any
		if toml.Unmarshal(text[markLength(text):begin], &tree) == nil {
			return begin
		}
		if begin <= markLength(text) {
			break
		}
		begin = lineAt(text, begin-1).from
	}
	return markLength(text)
}

// explainMissingQuotes improves the message for the most common mistakes: a string without quotes, with typographic quotes, or without the
// closing quote.
func explainMissingQuotes(text []byte, keys []Key, p *parseError) *parseError {
	line := lineAt(text, p.at.from)
	name, rest, _ := strings.Cut(string(text[line.from:line.to]), "=")
	value, _, _ := strings.Cut(rest, "#")
	value = strings.TrimSpace(value)
	last := strings.TrimSpace(name[strings.LastIndexByte(name, '.')+1:])
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == last })
	switch {
	case strings.Contains(p.msg, "already"):
		p.hint = "keep one of them"
		return p
	case i < 0 || value == "" || strings.ContainsAny(value, "[]{}"):
		return p
	case value[0] == '"' || value[0] == '\'':
		if strings.Count(value, value[:1])%2 == 1 {
			p.hint = "a quote is missing"
		}
		return p
	case keys[i].valueType == typeNumber && isNumber(value):
		return p
	}
	from := line.from + len(name) + 1 + strings.Index(rest, value)
	p.at = span{from, from + len(value)}
	wrong := wrongType(keys[i], false, strings.Trim(value, "“”„‟‘’‚‛«»"))
	p.msg, p.hint = wrong.about(keys[i].Name), wrong.hint
	return p
}

// wrongType explains how to write a value whose type does not match its setting.
func wrongType(key Key, isList bool, value string) *problem {
	switch {
	case key.valueType == typeList && !isList && value != "" && key.check(value) == nil:
		return newProblem("must be a list of strings", "write "+key.entry(value))
	case key.valueType == typeList:
		return newProblem("must be a list of strings", "for example "+key.entry("render.*,wallet.deposit"))
	case key.valueType == typeBool:
		return newProblem("must be true or false", "write "+key.entry("true")+", or remove the line")
	case key.Secret && key.Name == WebhookSecret:
		return newProblem("must be a string in quotes", "write "+key.entry("whsec_…"))
	case key.Secret:
		return newProblem("must be a string in quotes", "write "+key.entry("…"))
	case isList:
		return newProblem("must be a string, not a list", "")
	case key.Name == Timeout && isNumber(value):
		return newProblem("must be a string with a unit, not a number", "write "+key.entry(value+"s"))
	case value != "" && key.check(value) == nil:
		return newProblem("must be a string in quotes", "write "+key.entry(value))
	case key.Default != "":
		return newProblem("must be a string in quotes", "for example "+key.entry(key.Default))
	}
	return newProblem("must be a string in quotes", "")
}

// unknown adds the problem that a name is neither a setting nor a table of the file.
func (c *checker) unknown(path []string, value any) {
	name := path[len(path)-1]
	switch {
	case len(path) == 1 && isTable(value):
		c.unknownTable(name, value)
		return
	case hasKey(c.keys, strings.ReplaceAll(name, "-", "_")):
		c.fail(path, fmt.Sprintf("unknown setting %q", name), "write it as "+strings.ReplaceAll(name, "-", "_"))
		return
	}
	unknown := unknownSetting(name, c.keys)
	hint := "did you mean " + unknown.Closest + "?"
	if unknown.Closest == "" {
		hint = "remove it, then see all settings: vidiking config list" // config list needs a readable file
	}
	c.fail(path, unknown.Error(), hint)
}

// unknownTable adds the problem that only profiles are tables.
func (c *checker) unknownTable(name string, value any) {
	hint := ""
	switch key, err := FindKey(dotted(name, value)); {
	case err == nil:
		hint = "write it as " + key.Name
	case suggest.Closest(name, []string{profilesTable}) != "":
		hint = "did you mean [profiles]?"
	case checkProfileName(name) == nil:
		hint = "write a profile as [profiles." + name + "]"
	}
	c.fail([]string{name}, fmt.Sprintf("unknown table %q", name), hint)
}

// notATable adds the problem that a setting is written as a table.
func (c *checker) notATable(path []string, value any) {
	name := path[len(path)-1]
	if key, err := FindKey(dotted(name, value)); err == nil && key.Name != name || name == Profile && len(path) == 1 {
		c.unknownTable(name, value)
		return
	}
	c.fail(path, name+" is a value, not a table", "write "+name+" = …")
}

// dotted joins the names of nested tables that have one entry each, such as tunnel.ngrok.root_cas.
func dotted(name string, value any) string {
	table, ok := value.(map[string]any)
	if !ok || len(table) != 1 {
		return name
	}
	for inner, value := range table {
		name += "." + dotted(inner, value)
	}
	return name
}
