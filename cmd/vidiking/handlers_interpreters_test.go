package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Commands to run from the root of the module, where the tests are usually run.
const installForNode = "npm ci --prefix cmd/vidiking/testdata/handlers"

// An interpreter runs a handler in a sandboxed home directory.
type interpreter struct {
	program string
	env     []string
}

// node finds Node with a framework of testdata/handlers/package.json, or without one, or skips the test. It asks Node for its path, because
// the one in PATH may be a wrapper that depends on the home directory.
func node(framework string) func(t *testing.T, dir string) interpreter {
	return func(t *testing.T, dir string) interpreter {
		t.Helper()
		program, err := exec.LookPath("node")
		if err != nil {
			t.Skipf("There is no Node here. Install Node 20 or newer, then: %s", installForNode)
		}
		question := "console.log(process.execPath)"
		if framework != "" {
			if _, err := os.Stat(filepath.Join(dir, "node_modules", framework, "package.json")); err != nil {
				t.Skipf("%s is not installed. Install it: %s", framework, installForNode)
			}
			question = fmt.Sprintf("require('%s'); %s", framework, question)
		}
		said, err := ask(t, dir, program, "-e", question)
		if err != nil {
			t.Skipf("%s can't load %s, which takes Node 20 or newer (%v). Install it again: %s", program, framework, err, installForNode)
		}
		return interpreter{program: said[0]}
	}
}

// python finds Python with some modules, or skips the test. It asks Python for its path, for the same reason as node, and for its modules.
func python(modules ...string) func(t *testing.T, dir string) interpreter {
	return func(t *testing.T, dir string) interpreter {
		t.Helper()
		install := "python3 -m pip install " + strings.Join(modules, " ")
		why := "There is no Python here. Install Python 3.9 or newer, then: " + install
		for _, name := range []string{"python3", "python", "/usr/bin/python3"} { // the last one has the modules of system packages
			program, err := exec.LookPath(name)
			if err != nil {
				continue
			}
			question := fmt.Sprintf("import os, sys, %s; print(sys.executable); print(os.pathsep.join(p for p in sys.path if p))",
				strings.Join(modules, ", "))
			said, err := ask(t, dir, program, "-c", question)
			if err == nil {
				return interpreter{program: said[0], env: []string{"PYTHONPATH=" + said[1], "PYTHONDONTWRITEBYTECODE=1"}}
			}
			why = fmt.Sprintf("%s can't load %s (%v). Install it: %s", program, strings.Join(modules, " and "), err, install)
		}
		t.Skip(why)
		return interpreter{}
	}
}

// ruby finds Ruby with Rails and a server, or skips the test. It asks Ruby for its path, for the same reason as node, and for its gems.
func ruby(t *testing.T, dir string) interpreter {
	t.Helper()
	const install = "gem install rails rackup webrick"
	program, err := exec.LookPath("ruby")
	if err != nil {
		t.Skip("There is no Ruby here. Install Ruby, then: " + install)
	}
	question := `require "logger"; require "action_controller/railtie"; require "webrick"
		puts RbConfig.ruby, Gem.path.join(File::PATH_SEPARATOR)`
	said, err := ask(t, dir, program, "-e", question)
	if err != nil {
		t.Skipf("%s can't load Rails and WEBrick (%v). Install them: %s", program, err, install)
	}
	return interpreter{program: said[0], env: []string{"GEM_PATH=" + said[1]}}
}

// ask runs a program and returns the lines that it printed, or the last line of its error output.
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
