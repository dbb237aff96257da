package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// manName returns the name of a page's manual page.
func (p page) manName() string {
	if p.name == "" {
		return "vidiking"
	}
	return "vidiking-" + p.fileName()
}

// manSection returns 1 for a command and 7 for a topic.
func (p page) manSection() string {
	if p.topic {
		return "7"
	}
	return "1"
}

// roff formats a page with the man macros. The page has no date, so it changes only with its content.
func (p page) roff(all []page) string {
	var b strings.Builder
	b.WriteString(`.\" Written by go test ./internal/cli -update from the help of the commands.` + "\n")
	b.WriteString(`.TH ` + strings.ToUpper(roffText(p.manName())) + " " + p.manSection() + ` "" "vidiking" "Vidiking"` + "\n")
	b.WriteString(".nh\n.ad l\n") // do not hyphenate or justify, because names of variables must stay intact
	b.WriteString(".SH NAME\n" + roffText(p.manName()) + ` \- ` + roffText(p.short) + "\n")
	if p.usage != "" {
		b.WriteString(".SH SYNOPSIS\n.B " + roffText(p.usage) + "\n")
	}
	b.WriteString(".SH DESCRIPTION\n" + roffParagraphs(p.long))
	heading := ""
	for _, kind := range []sectionKind{
		sectionCommands, sectionTopics, sectionFlags, sectionGlobalFlags, sectionFacts, sectionEnvironment, sectionExits, sectionExamples,
	} {
		for _, s := range p.sections {
			if s.kind == kind {
				b.WriteString(roffHeading(s, &heading) + roffSection(s))
			}
		}
	}
	return b.String() + p.roffSeeAlso(all)
}

// roffHeading returns a section's conventional heading: OPTIONS for all flags, with each group under its title.
func roffHeading(s section, before *string) string {
	heading := map[sectionKind]string{
		sectionFlags: "OPTIONS", sectionGlobalFlags: "OPTIONS", sectionEnvironment: "ENVIRONMENT", sectionExits: "EXIT STATUS",
	}[s.kind]
	if heading == "" {
		return ".SH " + strings.ToUpper(s.title) + "\n"
	}
	out := ""
	if heading != *before {
		out = ".SH " + heading + "\n"
	}
	*before = heading
	if s.title == "Flags" || s.kind == sectionExits || s.title == "Environment" {
		return out
	}
	return out + ".SS " + roffText(s.title) + "\n"
}

func roffSection(s section) string {
	var b strings.Builder
	if len(s.lines) > 0 {
		b.WriteString(".EX\n")
		for _, line := range s.lines {
			b.WriteString(roffLine(line) + "\n")
		}
		b.WriteString(".EE\n")
	}
	for _, t := range s.terms {
		label := `\fB` + roffText(t.name) + `\fR`
		if t.short != "" {
			label = `\fB` + roffText("-"+t.short) + `\fR, ` + label
		}
		if t.value != "" {
			label += ` \fI` + roffText(t.value) + `\fR`
		}
		b.WriteString(".TP\n" + label + "\n" + roffFill(t.text) + "\n")
	}
	if s.after != "" {
		b.WriteString(".PP\n" + roffFill(s.after) + "\n")
	}
	return b.String()
}

func (p page) roffSeeAlso(all []page) string {
	names := p.seeAlso
	if p.name != "" {
		names = append([]string{""}, names...)
	}
	var links []string
	for _, name := range names {
		if i := slices.IndexFunc(all, func(other page) bool { return other.name == name }); i >= 0 {
			links = append(links, ".BR "+roffText(all[i].manName())+" ("+all[i].manSection()+")")
		}
	}
	if len(links) == 0 {
		return ""
	}
	return ".SH SEE ALSO\n" + strings.Join(links, " ,\n") + "\n"
}

func roffParagraphs(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if !strings.HasPrefix(p, "  ") {
			out = append(out, roffFill(p)+"\n")
			continue
		}
		table := ".EX\n"
		for line := range strings.SplitSeq(p, "\n") {
			table += roffLine(line) + "\n"
		}
		out = append(out, table+".EE\n")
	}
	return strings.Join(out, ".PP\n")
}

// roffFill wraps text into short lines. It escapes a dot or a quote at the start of a line, which would be a request.
func roffFill(text string) string {
	lines := wrap(text, 70)
	for i := range lines {
		lines[i] = roffLine(lines[i])
	}
	return strings.Join(lines, "\n")
}

func roffLine(text string) string {
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + roffText(text)
	}
	return roffText(text)
}

// roffText escapes text so roff prints the same characters, which users may paste into a shell.
func roffText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch name, special := roffNames()[r]; {
		case special:
			b.WriteString(name)
		case r > unicode.MaxASCII:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func roffNames() map[rune]string {
	return map[rune]string{'\\': `\(rs`, '-': `\-`, '\'': `\(aq`, '`': `\(ga`, '^': `\(ha`, '~': `\(ti`, '"': `\(dq`}
}
