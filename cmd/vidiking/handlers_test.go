package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Said from the root of the module, where the tests are usually run.
const installExpress = "npm ci --prefix cmd/vidiking/testdata/handlers"

// TestRealHandlers tells testdata/handlers/story.txtar of handlers as their users write them, each in both header forms.
func TestRealHandlers(t *testing.T) {
	t.Parallel()
	for _, h := range []struct {
		file        string
		raw         bool // hashes the bytes it received, not what it parsed
		interpreter func(t *testing.T, dir string) interpreter
	}{
		{file: "express_raw.js", raw: true, interpreter: node},
		{file: "express_json.js", raw: false, interpreter: node},
		{file: "flask_app.py", raw: true, interpreter: python},
	} {
		t.Run(h.file, func(t *testing.T) {
			t.Parallel()
			dir, err := filepath.Abs(filepath.Join("testdata", "handlers"))
			if err != nil {
				t.Fatal(err)
			}
			handler := filepath.Join(dir, h.file)
			if _, err := os.Stat(handler); err != nil { // so that go test runs again, cache or not, when the handler has changed
				t.Fatal(err)
			}
			run := h.interpreter(t, dir)
			for form, other := range map[string]string{"prefixed": "bare", "bare": "prefixed"} {
				t.Run(form, func(t *testing.T) {
					t.Parallel()
					tellStory(t, filepath.Join(dir, "story.txtar"), slices.Concat(run.env, []string{
						"INTERPRETER=" + run.program, "HANDLER=" + handler, "FORM=" + form, "OTHER=" + other,
					}), map[string]bool{form: true, other: false, "raw": h.raw})
				})
			}
		})
	}
}

// tellStory runs one story with variables and conditions of its own, in a home of its own.
func tellStory(t *testing.T, file string, variables []string, conditions map[string]bool) {
	testscript.Run(t, testscript.Params{
		Files:               []string{file},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			err := setUpHome(env)
			env.Vars = append(env.Vars, variables...)
			return err
		},
		Condition: func(name string) (bool, error) {
			holds, known := conditions[name]
			if !known {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			return holds, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": await, "setfile": setFile},
	})
}

// An interpreter is what runs a handler in a home that is not the developer's.
type interpreter struct {
	program string
	env     []string
}

// node finds Node with Express, or skips. It asks Node where it is, for the one in PATH may be a stand-in that looks in the home.
func node(t *testing.T, dir string) interpreter {
	t.Helper()
	program, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("There is no Node here. Install Node 18 or newer, then: %s", installExpress)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "express", "package.json")); err != nil {
		t.Skipf("Express is not installed. Install it: %s", installExpress)
	}
	said, err := ask(t, dir, program, "-e", "require('express'); console.log(process.execPath)")
	if err != nil {
		t.Skipf("%s can't load Express, which takes Node 18 or newer (%v). Install it again: %s", program, err, installExpress)
	}
	return interpreter{program: said[0]}
}

// python finds Python with Flask, or skips. It asks Python where it is, as node does, and where it finds what is installed.
func python(t *testing.T, dir string) interpreter {
	t.Helper()
	why := "There is no Python here. Install Python 3, then: python3 -m pip install flask"
	for _, name := range []string{"python3", "python"} {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		const question = "import os, sys, flask; print(sys.executable); print(os.pathsep.join(p for p in sys.path if p))"
		said, err := ask(t, dir, program, "-c", question)
		if err == nil {
			return interpreter{program: said[0], env: []string{"PYTHONPATH=" + said[1]}}
		}
		why = fmt.Sprintf("%s can't load Flask (%v). Install it: %s -m pip install flask", program, err, program)
	}
	t.Skip(why)
	return interpreter{}
}

// ask runs a program and gives the lines that it printed, or the last line of its complaint.
func ask(t *testing.T, dir, program string, args ...string) ([]string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		complaint := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
		return nil, fmt.Errorf("%w: %s", err, complaint[len(complaint)-1])
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), err
}
