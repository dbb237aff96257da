package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// page is the help of a command or a topic, before layout. `help` prints it, and tests generate the reference and the manual pages in docs
// from it.
type page struct {
	name     string // as it is typed after `vidiking help`; empty for the program
	topic    bool
	short    string
	long     string // paragraphs; one that begins with an indented line is a table
	usage    string
	sections []section
	seeAlso  []string // names of pages
}

// section is a part of a page with a heading.
type section struct {
	kind  sectionKind
	title string
	lines []string // commands
	terms []term
	after string // text below them
}

type sectionKind int

const (
	sectionExamples sectionKind = iota
	sectionCommands
	sectionTopics
	sectionFlags
	sectionGlobalFlags
	sectionEnvironment
	sectionExits
	sectionFacts // of a topic
)

// term is a name and its description.
type term struct {
	short string // a flag's letter
	name  string // of a flag: with --
	value string // of a flag: the placeholder for its value
	text  string
}

func globalFlagSection(root *cobra.Command) section {
	s := section{kind: sectionGlobalFlags, title: "Global flags"}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { s.terms = append(s.terms, flagTerm(f)) })
	return s
}

// flagTerm returns a flag as a term. It capitalizes the description.
func flagTerm(f *pflag.Flag) term {
	value, usage := pflag.UnquoteUsage(f)
	if f.Value.Type() == "bool" {
		value = ""
	}
	return term{short: f.Shorthand, name: "--" + f.Name, value: value, text: strings.ToUpper(usage[:1]) + usage[1:]}
}
