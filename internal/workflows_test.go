package internal_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// workflow contains the fields of a GitHub workflow that these tests check.
type workflow struct {
	file        string
	text        string
	Permissions *map[string]string
	Concurrency map[string]any
	Jobs        map[string]job
}

type job struct {
	Permissions map[string]string
	Uses        string
	Timeout     int `yaml:"timeout-minutes"`
	Steps       []step
}

type step struct {
	Uses string
	Run  string
	With map[string]any
}

func readWorkflows(t *testing.T, root fs.FS) []workflow {
	t.Helper()
	files, err := fs.Glob(root, ".github/workflows/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("workflows: %v, %v", files, err)
	}
	var found []workflow
	for _, file := range files {
		w := workflow{file: path.Base(file), text: readText(t, root, file)}
		if err := yaml.Unmarshal([]byte(w.text), &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		found = append(found, w)
	}
	return found
}

// TestWorkflowsHaveOnlyThesePermissions lists the permissions of all jobs, so a review notices an additional one.
func TestWorkflowsHaveOnlyThesePermissions(t *testing.T) {
	t.Parallel()
	read := map[string]string{"contents": "read"}
	want := map[string]map[string]string{
		"codeql.yml analyze":  {"contents": "read", "security-events": "write"},
		"release.yml publish": {"contents": "write", "id-token": "write", "attestations": "write"},
		"release.yml test":    read,
		"test.yml elsewhere":  read,
		"test.yml everything": read,
	}
	got := map[string]map[string]string{}
	for _, w := range readWorkflows(t, os.DirFS("..")) {
		if w.Permissions == nil || len(*w.Permissions) != 0 {
			t.Errorf("%s: `permissions: {}` is missing at the top, so jobs have permissions by default", w.file)
		}
		for name, job := range w.Jobs {
			got[w.file+" "+name] = job.Permissions
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions of the jobs (-want +got):\n%s", diff)
	}
}

func TestWorkflowsHaveLimits(t *testing.T) {
	t.Parallel()
	for _, w := range readWorkflows(t, os.DirFS("..")) {
		if w.Concurrency["group"] == nil {
			t.Errorf("%s: concurrency is missing, so runs of one branch pile up", w.file)
		}
		for name, job := range w.Jobs {
			if job.Uses == "" && job.Timeout == 0 {
				t.Errorf("%s, %s: timeout-minutes is missing, so a stuck job runs for six hours", w.file, name)
			}
		}
	}
}

// pinned matches an action with a digest, followed by its version for readers and Dependabot.
var pinned = regexp.MustCompile(`^uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func TestWorkflowsUseActionsByDigest(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	for _, w := range readWorkflows(t, root) {
		for raw := range strings.Lines(w.text) {
			line := strings.TrimPrefix(strings.TrimSpace(raw), "- ")
			if local, ok := strings.CutPrefix(line, "uses: ./"); ok {
				// A workflow in the repository is pinned by the commit.
				if _, err := fs.Stat(root, local); err != nil {
					t.Errorf("%s: %v", w.file, err)
				}
				continue
			}
			if strings.HasPrefix(line, "uses:") && !pinned.MatchString(line) {
				t.Errorf("%s: not pinned by a digest and a version comment: %s", w.file, line)
			}
		}
		for name, job := range w.Jobs {
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
					t.Errorf("%s, %s: persist-credentials is not false, so later steps can read the token", w.file, name)
				}
			}
		}
	}
}

func TestWorkflowsBuildWithTheGoOfTheModule(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	// Workflows use the latest patch release, while go.mod requires the first one.
	want := regexp.MustCompile(`(?m)^go (1\.\d+)\.\d+$`).FindStringSubmatch(readText(t, root, "go.mod"))[1] + ".x"
	for _, w := range readWorkflows(t, root) {
		for name, job := range w.Jobs {
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/setup-go@") && step.With["go-version"] != want {
					t.Errorf("%s, %s: go-version %v, want %s", w.file, name, step.With["go-version"], want)
				}
			}
		}
	}
}

func TestWorkflowsRunExistingCommands(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	sections := regexp.MustCompile(`(?m)^sections=\((.*)\)$`).FindStringSubmatch(readText(t, root, ".ci/run"))[1]
	for _, w := range readWorkflows(t, root) {
		for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
			for _, step := range w.Jobs[name].Steps {
				command, words := step.Run, strings.Fields(step.Run)
				switch {
				case command == "":
				case strings.Contains(command, "${{"):
					t.Errorf("%s: an expression becomes part of a shell command: %s", w.file, command)
				case words[0] == "go" || strings.HasPrefix(command, "sudo apt-get "):
				case words[0] == ".ci/run":
					for _, section := range words[1:] {
						if section != "all" && !slices.Contains(strings.Fields(sections), section) {
							t.Errorf("%s: .ci/run has no section %s", w.file, section)
						}
					}
				case words[0] == `PATH="$PWD/.ci/bin:$PATH"`:
					if _, err := fs.Stat(root, ".ci/tools/"+words[1]+"/go.mod"); err != nil {
						t.Errorf("%s: the tool is not in .ci/tools: %s", w.file, command)
					}
				default:
					t.Errorf("%s: unknown command: %s", w.file, command)
				}
			}
		}
	}
}
