package main

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const errorsHead = `Every error with which the program ends, by command: the command line, the message and the exit code. The stories write this file:

    go test ./cmd/vidiking -run TestStories -update

Ids, times, ports and directories are examples.
`

// writeErrors writes the golden file, sorted. If a command has the same error twice, it keeps the shorter command line.
func writeErrors(t *testing.T, all []ending) {
	t.Helper()
	slices.SortFunc(all, compareEndings)
	all = slices.CompactFunc(all, func(a, b ending) bool { return a.key() == b.key() })
	var b strings.Builder
	b.WriteString(errorsHead)
	command := ""
	for _, e := range all {
		if e.Command != command {
			command = e.Command
			b.WriteString("\n## " + command + "\n")
		}
		b.WriteString("\n" + e.text())
	}
	if err := os.WriteFile(errorsGolden, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readErrors parses the golden file. It keeps a command line as one string, because only the key is compared.
func readErrors(t *testing.T) (all []ending) {
	t.Helper()
	text, err := os.ReadFile(errorsGolden)
	if err != nil {
		t.Fatal(err)
	}
	command := ""
	for block := range strings.SplitSeq(string(text), "\n\n") {
		block = strings.TrimRight(block, "\n")
		if name, ok := strings.CutPrefix(block, "## "); ok {
			command = name
		}
		typed, rest, _ := strings.Cut(block, "\n")
		args, ok := strings.CutPrefix(typed, "$ vidiking")
		if !ok {
			continue
		}
		said, code, _ := strings.Cut(rest, "\nexit code ")
		n, err := strconv.Atoi(code)
		if err != nil {
			t.Fatalf("%s: %q has no exit code", errorsGolden, block)
		}
		e := ending{Command: command, Said: said + "\n", Code: n}
		if args = strings.TrimSpace(args); args != "" {
			e.Args = []string{asTyped + args}
		}
		all = append(all, e)
	}
	return all
}

// asTyped marks arguments that are already quoted.
const asTyped = "\x00"

// quoted quotes an argument for a shell, on one line.
func quoted(arg string) string {
	if typed, ok := strings.CutPrefix(arg, asTyped); ok {
		return typed
	}
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.:@%+=,[]"
	switch {
	case arg != "" && strings.Trim(arg, plain) == "":
		return arg
	case strings.ContainsFunc(arg, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return "$" + "'" + strings.Trim(strconv.Quote(arg), `"`) + "'"
	case strings.Contains(arg, "'"):
		return `"` + arg + `"`
	}
	return "'" + arg + "'"
}

func itoa(n int) string { return strconv.Itoa(n) }

// wholeRun reports whether all stories that write the golden file have run.
func wholeRun(t *testing.T) bool {
	t.Helper()
	only := flag.Lookup("test.run").Value.String()
	return (only == "" || slices.Contains(strings.Split(strings.Trim(only, "^()$"), "|"), "TestStories")) && ownDisks()
}
