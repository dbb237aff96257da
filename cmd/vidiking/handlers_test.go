package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test runs testdata/handlers/story.txtar with handlers as users write them, each with both header forms.
func TestRealHandlers(t *testing.T) {
	t.Parallel()
	for _, h := range []struct {
		file        string
		raw         bool // the handler hashes the raw body, not the parsed one
		interpreter func(t *testing.T, dir string) interpreter
	}{
		{file: "express_raw.js", raw: true, interpreter: node("express")},
		{file: "express_json.js", raw: false, interpreter: node("express")},
		{file: "flask_app.py", raw: true, interpreter: python("flask")},
	} {
		t.Run(h.file, func(t *testing.T) {
			t.Parallel()
			dir, err := filepath.Abs(filepath.Join("testdata", "handlers"))
			if err != nil {
				t.Fatal(err)
			}
			handler := filepath.Join(dir, h.file)
			if _, err := os.Stat(handler); err != nil { // makes go test rerun the test when the handler changes
				t.Fatal(err)
			}
			run := h.interpreter(t, dir)
			for form, other := range map[string]string{"prefixed": "bare", "bare": "prefixed"} {
				t.Run(form, func(t *testing.T) {
					t.Parallel()
					runStory(t, filepath.Join(dir, "story.txtar"), slices.Concat(run.env, []string{
						"INTERPRETER=" + run.program, "HANDLER=" + handler, "FORM=" + form, "OTHER=" + other,
					}), map[string]bool{form: true, other: false, "raw": h.raw})
				})
			}
		})
	}
}

// runStory runs one story with additional variables and conditions in a sandboxed home.
func runStory(t *testing.T, file string, variables []string, conditions map[string]bool) {
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
