package cli

import (
	"fmt"
	"slices"
	"strings"
)

const generated = "<!-- Written by `go test ./internal/cli -update` from the help of the commands. -->\n\n"

// fileName returns the name of a page's file in docs/reference, without the extension.
func (p page) fileName() string {
	if p.name == "" {
		return "vidiking"
	}
	return strings.ReplaceAll(p.name, " ", "-")
}

func (p page) heading() string {
	if p.topic {
		return p.name
	}
	return strings.TrimSpace("vidiking " + p.name)
}

// markdown formats a page for docs/reference.
func (p page) markdown(all []page) string {
	var b strings.Builder
	b.WriteString(generated + "# " + p.heading() + "\n\n" + markdownParagraphs(p.long))
	if p.usage != "" {
		b.WriteString("\n## Usage\n\n```text\n" + p.usage + "\n```\n")
	}
	for _, s := range p.sections {
		b.WriteString("\n## " + s.title + "\n\n")
		if len(s.lines) > 0 {
			b.WriteString("```sh\n" + strings.Join(s.lines, "\n") + "\n```\n")
		}
		if len(s.terms) > 0 {
			b.WriteString(p.markdownTerms(s))
		}
		if s.after != "" {
			b.WriteString("\n" + markdownText(s.after) + "\n")
		}
	}
	if len(p.seeAlso) > 0 {
		var links []string
		for _, name := range p.seeAlso {
			links = append(links, markdownLink(all, name))
		}
		b.WriteString("\n## See also\n\n" + strings.Join(links, " · ") + "\n")
	}
	return b.String()
}

func (p page) markdownTerms(s section) string {
	var b strings.Builder
	b.WriteString("| | |\n| --- | --- |\n")
	for _, t := range s.terms {
		name := "`" + strings.ReplaceAll(strings.TrimSpace(t.label(s.kind)), "|", `\|`) + "`"
		switch s.kind {
		case sectionCommands:
			name = fmt.Sprintf("[`%s`](%s.md)", t.name, strings.TrimPrefix(strings.ReplaceAll(p.name+" "+t.name, " ", "-"), "-"))
		case sectionTopics:
			name = fmt.Sprintf("[`%s`](%s.md)", t.name, t.name)
		}
		b.WriteString("| " + name + " | " + strings.ReplaceAll(markdownText(t.text), "|", `\|`) + " |\n")
	}
	return b.String()
}

func markdownLink(all []page, name string) string {
	i := slices.IndexFunc(all, func(p page) bool { return p.name == name })
	if i < 0 {
		return name
	}
	return fmt.Sprintf("[%s](%s.md)", all[i].heading(), all[i].fileName())
}

// markdownParagraphs formats paragraphs and keeps tables unchanged.
func markdownParagraphs(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(p, "  ") {
			out = append(out, "```text\n"+p+"\n```")
			continue
		}
		out = append(out, markdownText(strings.Join(strings.Fields(p), " ")))
	}
	return strings.Join(out, "\n\n") + "\n"
}

// markdownText escapes text for Markdown.
func markdownText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, ">", `\>`, "`", "\\`", "[", `\[`, "]", `\]`).Replace(text)
}

// referenceIndex returns docs/reference/README.md.
func referenceIndex(all []page) string {
	var b strings.Builder
	b.WriteString(generated + "# Reference\n\nEvery command and topic, as `vidiking help` explains it.\n\n| command | does |\n| --- | --- |\n")
	for _, p := range all {
		if !p.topic {
			b.WriteString("| " + markdownLink(all, p.name) + " | " + markdownText(p.short) + " |\n")
		}
	}
	b.WriteString("\n| topic | |\n| --- | --- |\n")
	for _, p := range all {
		if p.topic {
			b.WriteString("| " + markdownLink(all, p.name) + " | " + markdownText(p.short) + " |\n")
		}
	}
	return b.String()
}
