package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is what help is laid out for: 80 columns always work.
const helpWidth = 79

// printHelp prints what `help` and --help say of a command: what it is for, how it is called, examples, flags, exit codes. The
// command's Long holds the first, its annotations the last.
func printHelp(w io.Writer, cmd *cobra.Command) error {
	var b strings.Builder
	b.WriteString(paragraphs(firstOf(cmd.Long, cmd.Short)))
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	b.WriteString("\nUsage:\n  " + use + "\n")
	if cmd.HasExample() {
		b.WriteString("\nExamples:\n" + cmd.Example + "\n")
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		column := 12
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				column = max(column, len(c.Name()))
			}
		}
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-*s %s\n", column, c.Name(), c.Short)
			}
		}
	}
	writeFlags(&b, "Flags", cmd.LocalNonPersistentFlags())
	global := cmd.InheritedFlags()
	if !cmd.HasParent() {
		global = cmd.PersistentFlags()
	}
	writeFlags(&b, "Flags of every command", global)
	if exit := cmd.Annotations["exit"]; exit != "" {
		b.WriteString("\nExit codes:\n" + exit + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// exits is the annotation that help prints as a command's exit codes.
func exits(lines string) map[string]string { return map[string]string{"exit": lines} }

// writeFlags lists flags with what each is for, which begins in one column and is broken to the width.
func writeFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	const column = 30
	title = "\n" + title + ":\n"
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		b.WriteString(title)
		title = ""
		value, usage := pflag.UnquoteUsage(f)
		left := "      --" + f.Name
		if f.Shorthand != "" {
			left = "  -" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" && value != "" {
			left += " " + value
		}
		lines := wrap(usage, helpWidth-column)
		if len(left) > column-2 {
			b.WriteString(left + "\n")
			left = ""
		}
		for _, line := range lines {
			fmt.Fprintf(b, "%-*s%s\n", column, left, line)
			left = ""
		}
	})
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

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
