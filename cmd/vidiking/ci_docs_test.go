//go:build !windows

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// ciPage is docs/ci.md, with a free port in the place of 3000: its files by name.
func ciPage(t *testing.T) (files map[string]string, port string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := listenKept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = net.SplitHostPort(ln.Addr().String())
	_ = ln.Close()
	files = map[string]string{}
	for _, m := range regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n```\\w+\n(.*?)```\n").FindAllStringSubmatch(string(text), -1) {
		files[m[1]] = strings.ReplaceAll(m[2], "3000", port)
	}
	if len(files) != 7 {
		t.Fatalf("docs/ci.md has %d files, want 7", len(files))
	}
	return files, port
}

// The programs of a pipeline that this machine need not have: what they would fetch is here already.
const (
	npm = "#!/bin/sh\ncase $1$HANDLER in startabsent) exec sleep 600 ;; esac\ncase $1 in start) exec handler \"$HANDLER\" \"$WORK/handler.addr\" ;; ci) mkdir -p node_modules ;; *) exit 9 ;; esac\n"
	get = "#!/bin/sh\nexit 0\n"
)

// runPipeline runs the commands of a pipeline with a handler of that mode, each in a shell of its own, as CI systems do.
func runPipeline(t *testing.T, files map[string]string, port, mode string, want int, commands ...string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("exec chmod 755 bin/npm bin/go bin/apt-get\nenv PATH=$WORK/bin${:}$PATH\n")
	for i, c := range commands {
		ok := "exec"
		if i == len(commands)-1 && want != 0 {
			ok = "! exec"
		}
		files[fmt.Sprintf("step%d", i)] = c
		fmt.Fprintf(&b, "%s sh -e step%d\n", ok, i)
	}
	if want != 0 {
		fmt.Fprintf(&b, "stdout 'exit code %d'\n", want)
	}
	// The default port is that of the stories.
	files["home/.config/vidiking/config.toml"] = "addr = \"127.0.0.1:0\""
	files["handler.addr"] = "127.0.0.1:" + port
	files["package-lock.json"] = "{}"
	files["bin/npm"], files["bin/go"], files["bin/apt-get"] = npm, get, get
	for name, text := range files {
		fmt.Fprintf(&b, "-- %s --\n%s\n", name, strings.TrimSuffix(text, "\n"))
	}
	story := filepath.Join(t.TempDir(), "pipeline.txtar")
	if err := os.WriteFile(story, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	runStory(t, story, []string{"HANDLER=" + mode}, nil)
}

// withExitCode is a command that also says its exit code, since a story sees only whether it is 0.
func withExitCode(command string) string {
	return "code=0\n(" + command + "\n) || code=$?\necho \"exit code $code\"\nexit $code\n"
}

func TestTheScriptForCIIsGreenAndRed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		handler string
		want    int
	}{{"verify", 0}, {"500", 3}, {"200", 3}} { // the last one takes what is not signed
		t.Run(test.handler, func(t *testing.T) {
			t.Parallel()
			files, port := ciPage(t)
			runPipeline(t, files, port, test.handler, test.want, withExitCode("sh webhooks.sh"))
		})
	}
}

func TestTheScriptForCIEndsIfTheHandlerNeverAcceptsConnections(t *testing.T) {
	t.Parallel()
	files, port := ciPage(t)
	script := files["webhooks.sh"]
	files["webhooks.sh"] = strings.Replace(script, "--run 'npm start'", "--run 'npm start' --run-timeout 1s", 1)
	if files["webhooks.sh"] == script {
		t.Fatalf("the script does not start the handler:\n%s", script)
	}
	runPipeline(t, files, port, "absent", 5, withExitCode("sh webhooks.sh"))
}

// serverForCI is a handler as a project has it, started by its package.json. It listens on PORT and responds with STATUS if the signature
// is valid. If STATUS is 0, it crashes.
const serverForCI = `import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

createServer((request, response) => {
  const body = [];
  request.on('data', (chunk) => body.push(chunk)).on('end', () => {
    const mac = createHmac('sha256', process.env.VIDIKING_WEBHOOK_SECRET).update(Buffer.concat(body)).digest('hex');
    if (STATUS === 0) throw new Error('new code');
    response.writeHead(request.headers['x-vidiking-signature'] === 'sha256=' + mac ? STATUS : 401).end();
  });
}).listen(PORT, '127.0.0.1');
setTimeout(process.exit, 60_000); // if nobody ends it
`

// newProject returns a home directory with a handler that real npm starts, and a function that writes its files.
func newProject(t *testing.T) (w *testHome, write func(name, text string)) {
	t.Helper()
	for _, program := range []string{"npm", "node"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("There is no %s here.", program)
		}
	}
	w = newTestHome(t)
	w.env = []string{"npm_config_update_notifier=false"}
	write = func(name, text string) {
		t.Helper()
		path := filepath.Join(w.home, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write(".config/vidiking/config.toml", "addr = \"127.0.0.1:0\"\n")
	write("package.json", `{"name": "handler", "type": "module", "scripts": {"start": "node server.mjs"}}`)
	return w, write
}

func TestTheScriptForCITestsTheNewCodeWithNPM(t *testing.T) {
	t.Parallel()
	w, write := newProject(t)
	files, port := ciPage(t)
	write("webhooks.sh", files["webhooks.sh"])
	server := func(status string) {
		write("server.mjs", strings.NewReplacer("PORT", port, "STATUS", status).Replace(serverForCI))
	}
	for _, run := range []struct {
		status string
		want   int
		output string
	}{{"200", 0, "; score "}, {"500", 3, "base.valid"}, {"0", 3, "run │ Error: new code\n"}, {"0", 3, "run │ Error: new code\n"}, {"200", 0, ""}} {
		server(run.status)
		code, stdout, stderr := w.run(t, "sh", "webhooks.sh")
		if code != run.want || !strings.Contains(stdout+stderr, run.output) {
			t.Errorf("a handler with status %s: got exit code %d, want %d and %q:\n%s%s", run.status, code, run.want, run.output, stdout, stderr)
		}
		if connects("127.0.0.1:" + port) {
			t.Errorf("a handler with status %s: its server still listens on port %s after the script", run.status, port)
		}
	}
	// An old handler stays on the port. The new one would crash.
	server("200")
	old := w.start(t, "node", "server.mjs")
	old.await("the old handler accepts connections", func() bool { return connects("127.0.0.1:" + port) })
	server("0")
	for range 2 {
		if code, _, stderr := w.run(t, "sh", "webhooks.sh"); code != 1 || !strings.Contains(stderr, port+" is already in use") {
			t.Errorf("beside an old handler: got exit code %d, want 1:\n%s", code, stderr)
		}
	}
}

func TestTheWorkflowForGitHubRuns(t *testing.T) {
	t.Parallel()
	files, port := ciPage(t)
	var workflow struct {
		Jobs map[string]struct {
			Timeout int `yaml:"timeout-minutes"`
			Steps   []struct{ Run, Uses string }
		}
	}
	if err := yaml.Unmarshal([]byte(files[".github/workflows/webhooks.yml"]), &workflow); err != nil {
		t.Fatal(err)
	}
	job := workflow.Jobs["webhooks"]
	if job.Timeout == 0 {
		t.Error("the job has no time limit")
	}
	var commands []string
	for _, s := range job.Steps {
		if s.Run != "" {
			commands = append(commands, s.Run)
		}
	}
	if len(commands) != 3 {
		t.Fatalf("got the commands %q, want 3", commands)
	}
	runPipeline(t, files, port, "verify", 0, commands...)
}

func TestThePipelineForGitLabRuns(t *testing.T) {
	t.Parallel()
	files, port := ciPage(t)
	var pipeline map[string]struct {
		Before    []string `yaml:"before_script"`
		Script    []string
		Artifacts struct{ Reports struct{ JUnit string } }
	}
	if err := yaml.Unmarshal([]byte(files[".gitlab-ci.yml"]), &pipeline); err != nil {
		t.Fatal(err)
	}
	job := pipeline["webhooks"]
	if len(job.Script) != 1 || job.Artifacts.Reports.JUnit != "report.xml" {
		t.Fatalf("got %+v, want a script and its report", job)
	}
	runPipeline(t, files, port, "verify", 0, strings.Join(append(append(job.Before, job.Script...), "grep -q 'tests=\"40\" failures=\"0\"' report.xml"), "\n"))
}

func TestTheMakefileForCIRuns(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("There is no make here.")
	}
	files, port := ciPage(t)
	runPipeline(t, files, port, "verify", 0, "make webhooks")
}

func TestTheContainerForCIRunsTheScript(t *testing.T) {
	t.Parallel()
	files, port := ciPage(t)
	var compose struct {
		Services map[string]struct{ Build, Command string }
	}
	if err := yaml.Unmarshal([]byte(files["compose.yaml"]), &compose); err != nil {
		t.Fatal(err)
	}
	service := compose.Services["webhooks"]
	if service.Build != "." || !strings.HasSuffix(strings.TrimSpace(files["compose.sh"]), " webhooks") {
		t.Fatalf("got %+v and %q, want that the service is built and run", service, files["compose.sh"])
	}
	var commands []string
	for line := range strings.Lines(files["Dockerfile"]) {
		if command, ok := strings.CutPrefix(line, "RUN "); ok {
			commands = append(commands, command)
		}
	}
	if len(commands) != 2 {
		t.Fatalf("the image runs %q, want 2 commands", commands)
	}
	runPipeline(t, files, port, "verify", 0, append(commands, service.Command)...)
}
