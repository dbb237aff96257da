package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// runRetype is a user's editor: `retype DIR FILE`. On its Nth call it copies FILE to DIR/seen.N and writes the modes of the file and its
// directory to DIR/modes.N. Then it does what DIR contains: it replaces the file with N.save, or changes it as N.change says (old text, a tab,
// new text), or saves a line typed on the terminal (N.ask), or exits with the code in N.code, or makes the file N.size bytes long, or waits for a
// signal (N.wait). Otherwise it leaves the file unchanged.
func runRetype(args []string) int {
	dir, file := args[0], args[1]
	n := 1
	for exists(filepath.Join(dir, "seen."+strconv.Itoa(n))) {
		n++
	}
	step := func(name string) ([]byte, bool) {
		b, err := os.ReadFile(filepath.Join(dir, strconv.Itoa(n)+"."+name))
		return b, err == nil
	}
	text, err := os.ReadFile(file)
	if errors.Join(err, noteModes(filepath.Join(dir, "modes."+strconv.Itoa(n)), file)) != nil {
		return 99
	}
	if writeWhole(filepath.Join(dir, "seen."+strconv.Itoa(n)), string(text)) != nil {
		return 99
	}
	if code, ok := step("code"); ok {
		n, _ := strconv.Atoi(strings.TrimSpace(string(code)))
		return n
	}
	if _, ok := step("wait"); ok {
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
		<-ended
		return 1
	}
	if size, ok := step("size"); ok {
		n, _ := strconv.ParseInt(strings.TrimSpace(string(size)), 10, 64)
		if os.Truncate(file, n) != nil {
			return 99
		}
		return 0
	}
	saved, ok := step("save")
	change, changes := step("change")
	if _, asks := step("ask"); asks {
		_, _ = fmt.Print("Change what? ")
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		change, changes = []byte(line), true
	}
	if changes {
		was, is, _ := strings.Cut(strings.TrimRight(string(change), "\n"), "\t")
		saved, ok = []byte(strings.ReplaceAll(string(text), was, is)), true
	}
	if ok && os.WriteFile(file, saved, 0o600) != nil {
		return 99
	}
	return 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func noteModes(to, file string) error {
	own, err := os.Stat(file)
	if err != nil {
		return err
	}
	dir, err := os.Stat(filepath.Dir(file))
	if err != nil {
		return err
	}
	return writeWhole(to, fmt.Sprintf("%s %o %o\n", filepath.Ext(file), own.Mode().Perm(), dir.Mode().Perm()))
}

// bare checks that a directory is empty: `bare DIR`.
func bare(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bare DIR")
	}
	left, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("%s is not empty: %v", args[0], left)
	}
}

// oneLine compares a file without a final line feed with a file of a script, which always has one: `oneline FILE WANT`.
func oneLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: oneline FILE WANT")
	}
	if got, want := ts.ReadFile(args[0]), strings.TrimSuffix(ts.ReadFile(args[1]), "\n"); got != want {
		ts.Fatalf("%s: got %q, want %q", args[0], got, want)
	}
}

// setID sets a variable to the id of a delivery in a JSON file: `setid VARIABLE FILE`.
func setID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: setid VARIABLE FILE")
	}
	ts.Setenv(args[0], recordedIn(ts, args[1]).ID)
}

// asRecorded compares the immutable fields of two deliveries, in files written by `webhooks show -o json`:
// `asrecorded FILE FILE`.
func asRecorded(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asrecorded FILE FILE")
	}
	if diff := cmp.Diff(recordedIn(ts, args[1]), recordedIn(ts, args[0])); diff != "" {
		ts.Fatalf("%s differs from %s (-was +is):\n%s", args[0], args[1], diff)
	}
}

type recorded struct {
	ID         string      `json:"id"`
	ReceivedAt string      `json:"received_at"`
	Headers    [][2]string `json:"headers"`
	Body       []byte      `json:"body_base64"`
	History    []any       `json:"history"`
}

func recordedIn(ts *testscript.TestScript, file string) (r recorded) {
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &r))
	if r.ID == "" || len(r.Headers) == 0 {
		ts.Fatalf("%s holds no delivery", file)
	}
	return r
}
