package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

// errors.golden has every error with which the program ends in a story, in one place, so reviewers can check that they read alike and say
// what to do. Errors of `exec vidiking …` in a story are recorded and must be in the file. TestEveryErrorIsInTheGolden
// (errors_sites_test.go) finds the errors that no story causes.
//
//	go test ./cmd/vidiking -run TestStories -update    # rewrites it; for single stories, adds their errors

const errorsGolden = "testdata/errors.golden"

// errorsVariable names the directory in which the program records its errors.
const errorsVariable = "VIDIKING_TEST_ERRORS"

// ending is an error with which the program ended.
type ending struct {
	Command string   // trigger, webhooks list
	Args    []string // the command line
	Said    string   // the output from "error:" on
	Code    int
}

// runNoted is the program for stories. It records the error with which it ends, and what it prints with -o json.
func runNoted() int {
	dir := os.Getenv(errorsVariable)
	if dir == "" {
		return run()
	}
	w := environment()
	var said capture
	w.Stderr = io.MultiWriter(w.Stderr, &said)
	var printed capture
	isJSON := asksForJSON(w.Args)
	if isJSON && !slices.Contains(w.Args, "--") { // the command after -- has stdout for itself
		w.Stdout = io.MultiWriter(&printed, w.Stdout)
	}
	code := cli.Main(context.Background(), w)
	if isJSON {
		if err := noteJSON(dir, w.Args, printed.String(), said.String()); err != nil {
			panic(err) // a story whose output is lost must not pass
		}
	}
	if e, ok := endingOf(w.Args, said.String(), code); ok {
		if err := e.note(dir); err != nil {
			panic(err) // a story whose error is lost must not pass
		}
	}
	return code
}

// capture keeps the output on stderr. Several goroutines may write to it.
type capture struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (h *capture) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.Write(p)
}

func (h *capture) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.String()
}

// endingOf finds the error with which a run ended. Refused deliveries are not errors of the program; they have rows.
func endingOf(args []string, said string, code int) (e ending, ok bool) {
	said = regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(said, "")
	at := strings.LastIndex("\n"+said, "\nerror: ")
	if code == 0 || at < 0 || !isWholeError(said[at:]) {
		return e, false
	}
	e = ending{Command: commandOf(args, said[at:]), Said: withoutVariableParts(said[at:]), Code: code}
	for _, a := range args {
		e.Args = append(e.Args, withoutVariableParts(a))
	}
	return e, true
}

// isWholeError reports whether the output ends with the error. If not, the error belongs to a command that the program ran.
func isWholeError(said string) bool {
	for _, line := range strings.Split(strings.TrimRight(said, "\n"), "\n")[1:] {
		if !strings.HasPrefix(line, "hint:  ") && !strings.HasPrefix(line, "       ") {
			return false
		}
	}
	return true
}

// commandOf returns the name of the command in a command line.
func commandOf(args []string, said string) string {
	var words []string
	for i := 0; i < len(args) && len(words) < 2; i++ {
		switch a := args[i]; {
		case slices.Contains([]string{"--config", "--data-dir", "--profile", "--api-url", "-o", "--output", "--color"}, a):
			i++
		case !strings.HasPrefix(a, "-"):
			words = append(words, a)
		}
	}
	switch {
	case len(words) == 0, strings.HasPrefix(said, "error: there is no command"):
		return "vidiking"
	case words[0] == "deliveries":
		words[0] = "webhooks"
	}
	if len(words) == 2 && !isSubcommand(words[0], words[1]) {
		words = words[:1]
	}
	return strings.Join(words, " ")
}

// isSubcommand reports whether the second word of a command line is a part of the command's name.
func isSubcommand(command, word string) bool {
	switch command {
	case "webhooks", "config":
		return true
	case "emulator":
		return word == "advance"
	case "render":
		return word == "status"
	case "ai":
		return word == "image" || word == "video"
	}
	return false
}

// withoutVariableParts replaces values that differ between runs.
func withoutVariableParts(s string) string {
	for _, dir := range []string{os.Getenv("WORK"), os.Getenv("HOME")} {
		if dir != "" {
			s = strings.ReplaceAll(s, dir, "/work")
		}
	}
	for _, r := range []struct{ pattern, with string }{
		{`(job|img)_[0-9a-z]{6}\b`, "${1}_5tq8wd"},
		{`process \d+`, "process 4711"},
		{`: kill \d+`, ": kill 4711"},
		{`"duration_ms":[0-9.]*`, `"duration_ms":0`},
		{`column \d{3,}`, "column 222"}, // in an exported file, whose length varies
		{`:([1-5]\d{4}|6[0-5]\d{3})\b`, ":49152"},
		{`whsec_…[0-9A-Za-z]{4}`, "whsec_…Kq7T"},
		{`/tmp/\S*vidiking-\d+`, "/tmp/vidiking-0"},
	} {
		s = regexp.MustCompile(r.pattern).ReplaceAllString(s, r.with)
	}
	s = regexp.MustCompile(`[ (]\d\d:\d\d:\d\d\b`).ReplaceAllStringFunc(s, func(at string) string {
		if at[1:] == "14:03:10" { // the example in hints
			return at
		}
		return at[:1] + "14:02:08"
	})
	return regexp.MustCompile(`dlv_[0-9a-hjkmnp-tv-z]{6,10}\b`).ReplaceAllStringFunc(s, func(id string) string {
		for _, said := range []string{"dlv_8kx4m2", "dlv_8kyaaa", "dlv_8kz4m2"} { // ids that a story sets; random ids do not start like this
			if strings.HasPrefix(id, said) {
				return id
			}
		}
		return "dlv_c47nq5zw9t"[:len(id)]
	})
}

// note writes the ending to a separate file, because stories run in parallel.
func (e ending) note(dir string) error {
	f, err := os.CreateTemp(dir, "ending-*.json")
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(e), f.Close())
}

// text returns the ending in the format of the golden file.
func (e ending) text() string {
	line := "$ vidiking"
	for _, a := range e.Args {
		line += " " + quoted(a)
	}
	return line + "\n" + strings.TrimRight(e.Said, "\n") + "\nexit code " + itoa(e.Code) + "\n"
}

// key returns what identifies an ending, regardless of the command line.
func (e ending) key() string {
	return e.Command + "\n" + strings.TrimRight(e.Said, "\n") + "\n" + itoa(e.Code)
}

func compareEndings(a, b ending) int {
	return cmp.Or(cmp.Compare(a.Command, b.Command), cmp.Compare(a.Said, b.Said), cmp.Compare(a.Code, b.Code),
		cmp.Compare(len(a.text()), len(b.text())), cmp.Compare(a.text(), b.text()))
}

// checkErrors compares the recorded endings with the golden file after all stories have run.
func checkErrors(t *testing.T, dir string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return // other systems have other messages for file errors
	}
	got, whole := notedIn(t, dir), wholeRun(t)
	if *update && whole {
		writeErrors(t, got)
		return
	}
	want := readErrors(t)
	if *update {
		writeErrors(t, append(want, got...))
		return
	}
	known, seen := keysOf(want), keysOf(got)
	for _, e := range got {
		if !known[e.key()] {
			known[e.key()] = true // report it once
			t.Errorf("%s does not have this error; if it reads well, run the stories with -update:\n%s", errorsGolden, e.text())
		}
	}
	if !whole || t.Failed() {
		return
	}
	for _, e := range want {
		if !seen[e.key()] {
			t.Errorf("%s has an error that no story brings about any more; run the stories with -update:\n%s", errorsGolden, e.text())
		}
	}
}

func keysOf(all []ending) map[string]bool {
	keys := map[string]bool{}
	for _, e := range all {
		keys[e.key()] = true
	}
	return keys
}

// notedIn reads the recorded endings.
func notedIn(t *testing.T, dir string) (all []ending) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "ending-*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e ending
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		all = append(all, e)
	}
	return all
}
