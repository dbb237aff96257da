package cli

import (
	"fmt"
	"io"
	"strings"
)

// helpWidth is the width of help texts: they fit 80 columns.
const helpWidth = 79

// printHelp prints the page that `help` and --help show.
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

// writeTerms lists names with their descriptions, which start in one column and wrap.
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

// termColumn is the column of a section's descriptions. It is the same for all groups of flags.
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

// label returns a term as help shows it. Flags without a letter are indented, so that the names of all flags align.
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

// paragraphs wraps text. A paragraph that begins with an indented line is a table and stays as it is.
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

// wrap wraps text between words.
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
