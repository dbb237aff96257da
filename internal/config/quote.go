package config

import "strings"

// quote writes a text of one line as TOML: without escapes where that is possible, so that C:\Users stays readable.
func quote(text string) string {
	if strings.ContainsAny(text, `\"`) && !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func quoteList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = quote(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// rewritten is the value in the place of a setting's former one: in its kind of quotes, and with the comments that stood in a list.
func (d *document) rewritten(s setting, key Key, value string) string {
	switch {
	case key.form == formList:
		return d.rewrittenList(s, splitList(value))
	case key.form == formSwitch:
		return value
	case d.text[s.value.from] == '\'' && !strings.Contains(value, "'"):
		return "'" + value + "'"
	}
	return quote(value)
}

func (d *document) rewrittenList(s setting, items []string) string {
	newline := d.newline()
	line := d.text[d.line(span{s.start, s.start}).from:s.start]
	indent := newline + string(line[:len(line)-len(strings.TrimLeft(string(line), " \t"))])
	var lines strings.Builder
	for _, c := range d.comments {
		if c.from >= s.value.from && c.to <= s.value.to {
			lines.WriteString(indent + "  " + string(d.text[c.from:c.to]))
		}
	}
	if lines.Len() == 0 {
		return quoteList(items)
	}
	for _, item := range items {
		lines.WriteString(indent + "  " + quote(item) + ",")
	}
	return "[" + lines.String() + indent + "]"
}
