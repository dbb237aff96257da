//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

// shellOfThePage returns the block of docs/emulator.md that names a test.
func shellOfThePage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "emulator.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "<!-- run by: "+t.Name()+" -->\n```sh\n")
	block, _, _ := strings.Cut(rest, "```")
	if !found || block == "" {
		t.Fatalf("docs/emulator.md has no block that is run by %s", t.Name())
	}
	return block
}

// runShell runs a script in a new directory.
func runShell(t *testing.T, script string) string {
	t.Helper()
	for _, name := range []string{"curl", "sed", "grep"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	w := newTestHome(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = w.home, w.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return string(out)
}

const startEmulator = `vidiking emulator --addr 127.0.0.1:0 --clock manual -o json > emulator.json &
until grep -q '"url"' emulator.json; do sleep 0.1; done
export VIDIKING_API_URL=$(sed 's/.*"url":"\([^"]*\)".*/\1/' emulator.json) VIDIKING_API_KEY=any
`

func TestEmulatorWithCurl(t *testing.T) {
	t.Parallel()
	out := runShell(t, startEmulator+shellOfThePage(t)+"kill $!\nwait $! || true\n")
	if !strings.Contains(out, `"status":"QUEUED","created_at":"`) {
		t.Errorf("got %s", out)
	}
}

// filesOfThePage returns the files of docs/emulator.md by name.
func filesOfThePage(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "emulator.md"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n```\\w+\n(.*?)```\n").FindAllStringSubmatch(string(page), -1) {
		files[m[1]] = m[2]
	}
	if len(files) != 6 {
		t.Fatalf("docs/emulator.md has %d files, want 6", len(files))
	}
	return files
}

// runWithFiles runs a command in a home directory that has the files of the page and others. It skips the test if a program is missing.
func runWithFiles(t *testing.T, others map[string]string, needs []string, command string) string {
	t.Helper()
	for _, program := range append(needs, "grep", "sed") {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	w := newTestHome(t)
	for _, files := range []map[string]string{filesOfThePage(t), others} {
		for name, text := range files {
			path := filepath.Join(w.home, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o700)); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", command)
	cmd.Dir, cmd.Env = w.home, w.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v:\n%s", command, err, out)
	}
	return string(out)
}

func TestEmulatorInATestWithNode(t *testing.T) {
	t.Parallel()
	if out := runWithFiles(t, nil, []string{"node"}, "sh emulator.sh node --test"); !strings.Contains(out, "pass 1") {
		t.Errorf("got %s, want one test that passes", out)
	}
}

func TestEmulatorInATestWithPython(t *testing.T) {
	t.Parallel()
	if out := runWithFiles(t, nil, []string{"python3"}, "sh emulator.sh python3 -m unittest emulator_test.py"); !strings.Contains(out, "Ran 1 test") {
		t.Errorf("got %s, want one test that passes", out)
	}
}

func TestEmulatorInATestWithGo(t *testing.T) {
	t.Parallel()
	cache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Skip("go is not installed")
	}
	out := runWithFiles(t, map[string]string{"go.mod": "module example.com/shop\n\ngo 1.24\n"}, nil,
		"GOTOOLCHAIN=local GOFLAGS= GOCACHE="+strings.TrimSpace(string(cache))+" sh emulator.sh go test -v")
	if !strings.Contains(out, "--- PASS: TestRenderEndsWithRenderComplete") {
		t.Errorf("got %s, want one test that passes", out)
	}
}

func TestEmulatorInGitHubActions(t *testing.T) {
	t.Parallel()
	var workflow struct {
		Jobs map[string]struct {
			Timeout int `yaml:"timeout-minutes"`
			Steps   []struct{ Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(filesOfThePage(t)[".github/workflows/emulator.yml"]), &workflow); err != nil {
		t.Fatal(err)
	}
	job := workflow.Jobs["emulator"]
	if job.Timeout == 0 {
		t.Error("the job has no time limit")
	}
	var commands []string
	for _, s := range job.Steps {
		commands = append(commands, s.Run)
	}
	// npm test runs the test for Node. What go and npm ci would fetch is here already.
	stubs := map[string]string{"bin/go": "#!/bin/sh\n", "bin/npm": "#!/bin/sh\n[ $1 = ci ] || exec node --test\n"}
	out := runWithFiles(t, stubs, []string{"node"}, "PATH=$PWD/bin:$PATH\n"+strings.Join(commands, "\n"))
	if !strings.Contains(out, "pass 1") {
		t.Errorf("got %s, want one test that passes", out)
	}
}

func TestEmulatorInDockerCompose(t *testing.T) {
	t.Parallel()
	ln, err := listenKept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	text := strings.NewReplacer("0.0.0.0:4010", addr, "127.0.0.1:4010", addr, "emulator:4010", addr).Replace(filesOfThePage(t)["compose.yaml"])
	var compose struct {
		Services map[string]struct {
			Command     string
			Environment map[string]string
			Health      struct{ Test string } `yaml:"healthcheck"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &compose); err != nil {
		t.Fatal(err)
	}
	script := ""
	for name, service := range compose.Services {
		for key, value := range service.Environment {
			script += "export " + key + "=" + value + "\n"
		}
		if service.Environment["VIDIKING_WEBHOOK_SECRET"] == "" {
			t.Errorf("the service %s has no secret", name)
		}
	}
	emulator := compose.Services["emulator"]
	script += emulator.Command + " &\ntrap \"kill $!\" EXIT\nuntil " + emulator.Health.Test + "; do sleep 0.1; done\n"
	out := runWithFiles(t, nil, []string{"node", "curl"}, script+"node --test\n") // as npm test
	if !strings.Contains(out, "pass 1") {
		t.Errorf("got %s, want one test that passes", out)
	}
}
