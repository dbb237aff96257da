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

// ciPage returns the files of docs/ci.md by name, with a free port instead of 3000.
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

// Stubs of programs that a pipeline calls to download files. The files are already here.
const (
	npm = "#!/bin/sh\ncase $1$HANDLER in startabsent) exec sleep 600 ;; esac\ncase $1 in start) exec handler \"$HANDLER\" \"$WORK/handler.addr\" ;; ci) mkdir -p node_modules ;; *) exit 9 ;; esac\n"
	get = "#!/bin/sh\nexit 0\n"
)

// tellPipeline runs the commands of a pipeline with a handler in the given mode. Each command runs in a separate shell, as in CI systems.
func tellPipeline(t *testing.T, files map[string]string, port, mode string, want int, commands ...string) {
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
	// The stories use the default port.
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
	tellStory(t, story, []string{"HANDLER=" + mode}, nil)
}

// coded returns a command that also prints its exit code, because a story sees only whether it is 0.
func coded(command string) string {
	return "code=0\n(" + command + "\n) || code=$?\necho \"exit code $code\"\nexit $code\n"
}

func TestCIScriptPassesAndFailsWithTheHandler(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		handler string
		want    int
	}{{"verify", 0}, {"500", 3}, {"200", 3}} { // the last handler accepts unsigned deliveries
		t.Run(test.handler, func(t *testing.T) {
			t.Parallel()
			files, port := ciPage(t)
			tellPipeline(t, files, port, test.handler, test.want, coded("sh webhooks.sh"))
		})
	}
}

func TestCIScriptEndsIfTheHandlerNeverStarts(t *testing.T) {
	t.Parallel()
	files, port := ciPage(t)
	script := files["webhooks.sh"]
	files["webhooks.sh"] = strings.Replace(script, "--run 'npm start'", "--run 'npm start' --run-timeout 1s", 1)
	if files["webhooks.sh"] == script {
		t.Fatalf("the script does not start the handler:\n%s", script)
	}
	tellPipeline(t, files, port, "absent", 5, coded("sh webhooks.sh"))
}

// serverForCI is a project's handler, started by its package.json. It listens on PORT and responds with STATUS if the signature is
// valid.
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
setTimeout(process.exit, 60_000); // in case no test ends it
`

func TestCIScriptStopsTheServerThatNpmStarted(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"npm", "node"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("There is no %s here.", program)
		}
	}
	w = newWorld(t)
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
	}{{"200", 0}, {"500", 3}} { // the second run fails only if the first server is gone
		write("server.mjs", strings.NewReplacer("PORT", port, "STATUS", run.status).Replace(serverForCI))
		if code, stdout, stderr := w.run(t, "sh", "webhooks.sh"); code != run.want {
			t.Errorf("a handler that answers %s: got exit code %d, want %d:\n%s%s", run.status, code, run.want, stdout, stderr)
		}
		if connects("127.0.0.1:" + port) {
			t.Errorf("a handler with status %s: its server still listens on port %s after the script", run.status, port)
		}
	}
}

// isVacated reports whether the port is free. A process may take a moment to end after a signal.
func isVacated(port string) bool {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return true
		}
	}
}

func TestGitHubWorkflowRuns(t *testing.T) {
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
	tellPipeline(t, files, port, "verify", 0, commands...)
}

func TestGitLabPipelineRuns(t *testing.T) {
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
	tellPipeline(t, files, port, "verify", 0, strings.Join(append(append(job.Before, job.Script...), "grep -q 'tests=\"8\" failures=\"0\"' report.xml"), "\n"))
}

func TestCIMakefileRuns(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("There is no make here.")
	}
	files, port := ciPage(t)
	tellPipeline(t, files, port, "verify", 0, "make webhooks")
}

func TestCIContainersRunTheirCommand(t *testing.T) {
	t.Parallel()
	files, port := ciPage(t)
	var compose struct {
		Services map[string]struct{ Build, Command string }
	}
	if err := yaml.Unmarshal([]byte(files["compose.yaml"]), &compose); err != nil {
		t.Fatal(err)
	}
	webhooks := compose.Services["webhooks"]
	if len(webhooks.Command) != 3 || webhooks.Command[0] != "sh" || webhooks.DependsOn[0] != "handler" || compose.Services["handler"].Build != "." {
		t.Fatalf("got %+v, want a shell command next to the handler", compose)
	}
	// Both run on one machine here, so the handler has the address of this machine.
	script := strings.ReplaceAll(webhooks.Command[2], "handler:", "127.0.0.1:")
	start := strings.Split(files["compose.sh"], "\n")[0] + "\nnpm start &\ntrap \"kill $!\" EXIT\n"
	tellPipeline(t, files, port, "verify", 0, start+"sh "+webhooks.Command[1]+" '"+script+"'")
}
