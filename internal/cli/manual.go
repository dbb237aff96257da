package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// pageOf returns the page of a command.
func pageOf(cmd *cobra.Command) page {
	p := page{
		name: strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "vidiking"), " "), short: cmd.Short, long: cmp.Or(cmd.Long, cmd.Short),
		usage: usageOf(cmd), seeAlso: seeAlsoOf(cmd),
	}
	if cmd.HasExample() {
		p.sections = append(p.sections, section{kind: sectionExamples, title: "Examples", lines: examplesOf(cmd)})
	}
	if commands := commandTerms(cmd); len(commands) > 0 {
		p.sections = append(p.sections, section{kind: sectionCommands, title: "Commands", terms: commands})
	}
	if !cmd.HasParent() {
		p.sections = append(p.sections, section{
			kind: sectionTopics, title: "Topics", terms: topicTerms(cmd), after: "Read one: vidiking help TOPIC",
		})
	}
	p.sections = append(p.sections, flagSections(cmd)...)
	if names := listed(cmd.Annotations[cmdutil.NoteEnvironment]); len(names) > 0 {
		p.sections = append(p.sections, section{kind: sectionEnvironment, title: "Environment", terms: variableTerms(names)})
	}
	if s := exitSection(cmd.Annotations[cmdutil.NoteExits]); len(s.terms) > 0 {
		p.sections = append(p.sections, s)
	}
	return p
}

// usageOf returns the usage line, without Cobra's [flags] if the command has no flags except the global ones.
func usageOf(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND"
	}
	use := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	flags := false
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { flags = flags || f.Name != "help" && !f.Hidden })
	if flags && !strings.Contains(use, "[flags]") {
		use += " [flags]"
	}
	return use
}

// seeAlsoOf returns the pages that a command refers to. Each command refers to the global flags, which its page leaves out.
func seeAlsoOf(cmd *cobra.Command) []string {
	pages := listed(cmd.Annotations[cmdutil.NoteSeeAlso])
	if cmd.HasParent() {
		pages = append(pages, "flags")
	}
	return pages
}

func examplesOf(cmd *cobra.Command) []string {
	var lines []string
	for line := range strings.SplitSeq(cmd.Example, "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func commandTerms(cmd *cobra.Command) []term {
	var terms []term
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			terms = append(terms, term{name: c.Name(), text: c.Short})
		}
	}
	return terms
}

// flagSections returns the flags of a command in its groups. Flags that no group names are "Other flags". The global flags are on the page of
// the root command and of the topic flags only.
func flagSections(cmd *cobra.Command) []section {
	own := cmd.LocalNonPersistentFlags()
	grouped := map[string]bool{"help": true}
	var sections []section
	for line := range strings.Lines(cmd.Annotations[cmdutil.NoteFlags]) {
		title, names, _ := strings.Cut(line, ":")
		s := section{kind: sectionFlags, title: strings.TrimSpace(title)}
		for _, name := range listed(names) {
			if f := own.Lookup(name); f != nil && !f.Hidden {
				s.terms = append(s.terms, flagTerm(f))
				grouped[name] = true
			}
		}
		sections = append(sections, s)
	}
	rest := section{kind: sectionFlags, title: "Flags"}
	if len(sections) > 0 {
		rest.title = "Other flags"
	}
	own.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && !grouped[f.Name] {
			rest.terms = append(rest.terms, flagTerm(f))
		}
	})
	if len(rest.terms) > 0 {
		sections = append(sections, rest)
	}
	if !cmd.HasParent() {
		sections = append(sections, globalFlagSection(cmd))
	}
	return sections
}

// exitSection parses the exit codes of a manual.
func exitSection(text string) section {
	s := section{kind: sectionExits, title: "Exit codes"}
	for line := range strings.Lines(text) {
		code, when, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.Trim(code, "0123456789") != "" {
			s.after = strings.TrimSpace(line)
			continue
		}
		s.terms = append(s.terms, term{name: code, text: strings.TrimSpace(when)})
	}
	return s
}

// listed splits a list at its commas.
func listed(text string) []string {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
