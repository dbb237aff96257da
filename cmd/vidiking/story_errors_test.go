package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// eachFails runs vidiking with each line of a file as arguments and checks that it ends with an error: `eachfails FILE`. The message is
// compared with errors.golden. Words with spaces or invisible characters are in double quotes, in Go syntax. Words with = before the first
// other word set the environment for that line. Lines that start with # are ignored.
func eachFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: eachfails FILE")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		words := wordsOf(ts, line)
		env := map[string]string{}
		for len(words) > 0 {
			name, value, ok := strings.Cut(words[0], "=")
			if !ok || strings.HasPrefix(name, "-") {
				break
			}
			env[name], words = value, words[1:]
		}
		failsIn(ts, env, words)
	}
}

// failsIn runs vidiking with changed variables.
func failsIn(ts *testscript.TestScript, env map[string]string, args []string) {
	for name, value := range env {
		before := ts.Getenv(name)
		defer ts.Setenv(name, before)
		ts.Setenv(name, value)
	}
	if err := ts.Exec("vidiking", args...); err == nil {
		ts.Fatalf("vidiking %q: it did not fail", args)
	}
}

// wordsOf splits a line into words and quoted words in Go syntax.
func wordsOf(ts *testscript.TestScript, line string) (words []string) {
	for line != "" {
		end := strings.IndexAny(line, " \"")
		switch {
		case end < 0:
			end = len(line)
		case line[end] == '"':
			quoted, err := strconv.QuotedPrefix(line[end:])
			ts.Check(err)
			text, err := strconv.Unquote(quoted)
			ts.Check(err)
			words = append(words, line[:end]+text)
			line = strings.TrimLeft(line[end+len(quoted):], " ")
			continue
		}
		words = append(words, line[:end])
		line = strings.TrimLeft(line[end:], " ")
	}
	return words
}

// eachConfigFails runs vidiking with each piece of a file as its configuration and checks that it ends with an error: `eachconfigfails
// FILE`, or, as the project file of the working directory, `eachconfigfails FILE .vidiking.toml`. Lines with --- separate the
// pieces. A piece in double quotes is in Go syntax.
func eachConfigFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: eachconfigfails FILE [PROJECTFILE]")
	}
	name, command := "config.toml", []string{"config", "list", "--config", "config.toml"}
	if len(args) == 2 {
		name, command = args[1], command[:2]
	}
	for text := range strings.SplitSeq(ts.ReadFile(args[0]), "---\n") {
		if written, err := strconv.Unquote(strings.TrimSuffix(text, "\n")); err == nil {
			text = written
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
		failsIn(ts, nil, command)
	}
}

// eachPayloadFails sends each line of a file as a payload and checks that vidiking ends with an error: `eachpayloadfails FILE`.
// A line in double quotes is in Go syntax.
func eachPayloadFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: eachpayloadfails FILE")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		text := strings.TrimSuffix(line, "\n")
		if written, err := strconv.Unquote(text); err == nil {
			text = written
		}
		ts.Check(os.WriteFile(ts.MkAbs("event.json"), []byte(text), 0o600))
		failsIn(ts, nil, []string{"trigger", "--data", "event.json", "--dry-run"})
	}
}

// sparse creates a file of the given size that takes no space: `sparse FILE BYTES`.
func sparse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sparse FILE BYTES")
	}
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(f.Truncate(size), f.Close()))
}

// setUp prepares a story.
func setUp(noted string) func(*testscript.Env) error {
	return func(env *testscript.Env) error {
		env.Setenv(errorsVariable, noted)
		for _, dir := range filepath.SplitList(env.Getenv("PATH")) {
			// A story that changes PATH can still run the program.
			if _, err := os.Stat(filepath.Join(dir, "vidiking")); err == nil {
				env.Setenv("VIDIKING", filepath.Join(dir, "vidiking"))
				break
			}
		}
		return setUpHome(env)
	}
}

// record adds an imported delivery to the log: `record ID [MASKED…]`, without the values of those headers.
func record(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: record ID [MASKED…]")
	}
	ctx := context.Background()
	log, err := store.Open(ctx, ts.Getenv("STATE"), store.Options{Now: time.Now})
	ts.Check(err)
	d := &webhook.Delivery{
		Summary: webhook.Summary{ID: webhook.ID(args[0]), Origin: webhook.OriginTunnel, Event: webhook.EventRenderComplete, Masked: args[1:]},
		Body:    []byte(`{"event":"render.complete"}`),
	}
	for _, name := range args[1:] {
		d.Header = append(d.Header, webhook.Field{Name: name, Value: webhook.MaskedValue})
	}
	ts.Check(errors.Join(log.Record(ctx, d), log.Close()))
}
