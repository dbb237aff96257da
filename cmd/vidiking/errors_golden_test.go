package main

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const errorsHead = `Every error that the program ends with, by command: what is typed, what is said, and the exit code. The stories write this file:

    go test ./cmd/vidiking -run TestStories -update

Ids, times, ports and directories are examples.
`

// writeErrors writes the golden: sorted, and of what is said twice by a command the shorter line that was typed.
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

// readErrors reads the golden back. A line that was typed stays one string there, since only the key is compared.
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

// asTyped marks arguments that are quoted already.
const asTyped = "\x00"

// quoted is an argument as a shell takes it, in one line.
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

// wholeRun reports whether every story ran that writes the golden here.
func wholeRun(t *testing.T) bool {
	t.Helper()
	only := flag.Lookup("test.run").Value.String()
	return (only == "" || only == "TestStories" || only == "^TestStories$") && ownDisks()
}
