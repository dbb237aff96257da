package cli

import (
	"fmt"
	"io"
	"strings"
)

// helpWidth is what help is laid out for: 80 columns always work.
const helpWidth = 79

// printHelp prints what `help` and --help say of a command or a topic.
func printHelp(w io.Writer, p page) error {
	var b strings.Builder
	b.WriteString(paragraphs(p.long))
	if p.usage != "" {
		b.WriteString("\nUsage:\n  " + p.usage + "\n")
	}
	for _, s := range p.sections {
		b.WriteString("\n" + s.title + ":\n")
		for _, line := range s.lines {
			b.WriteString("  " + line + "\n")
		}
		writeTerms(&b, s)
		for line := range strings.Lines(s.after) {
			b.WriteString("  " + strings.Join(wrap(line, helpWidth-2), "\n  ") + "\n")
		}
	}
	if len(p.seeAlso) > 0 {
		b.WriteString("\nSee also:\n")
		for _, name := range p.seeAlso {
			b.WriteString("  vidiking help " + name + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTerms lists names with what each is, which begins in one column and is broken to the width.
func writeTerms(b *strings.Builder, s section) {
	column := termColumn(s)
	for _, t := range s.terms {
		left := "  " + t.label(s.kind)
		if len([]rune(left)) > column-2 {
			b.WriteString(left + "\n")
			left = ""
		}
		for _, line := range wrap(t.text, helpWidth-column) {
			fmt.Fprintf(b, "%-*s%s\n", column, left, line)
			left = ""
		}
	}
}

// termColumn is where the texts of a section begin: flags all in one column, since their groups stand under each other.
func termColumn(s section) int {
	const ofFlags, most = 30, 30
	if s.kind == sectionFlags || s.kind == sectionGlobalFlags {
		return ofFlags
	}
	column := 0
	for _, t := range s.terms {
		if n := len([]rune(t.name)) + 4; n <= most {
			column = max(column, n)
		}
	}
	return column
}

// label is a term as help shows it: flags without a letter begin where the others' names do.
func (t term) label(kind sectionKind) string {
	label := t.name
	switch {
	case t.short != "":
		label = "-" + t.short + ", " + t.name
	case kind == sectionFlags || kind == sectionGlobalFlags:
		label = "    " + t.name
	}
	if t.value != "" {
		label += " " + t.value
	}
	return label
}

// paragraphs breaks text to the width. A paragraph with an indented line in it is a table, and stays as it is.
func paragraphs(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(p, "  ") {
			out = append(out, p)
			continue
		}
		out = append(out, strings.Join(wrap(p, helpWidth), "\n"))
	}
	return strings.Join(out, "\n\n") + "\n"
}

// wrap breaks text between words to lines of a width.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
