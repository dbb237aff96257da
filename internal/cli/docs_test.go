package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const storiesDir = "../../cmd/vidiking/testdata/script"

// sandbox lists the flags that stories add to a documented command: a free port, and an answer to questions, because there is no terminal.
var sandbox = map[string]bool{"addr": true, "yes": true}

// invocation is a command with the names of its flags, regardless of their order and values.
type invocation struct {
	path  string
	flags []string
}

func (i invocation) String() string {
	return strings.TrimSpace(i.path + " " + strings.Join(i.flags, " "))
}

// bare returns the invocation without the flags of the sandbox.
func (i invocation) bare() string {
	i.flags = slices.DeleteFunc(slices.Clone(i.flags), func(f string) bool { return sandbox[f] })
	return i.String()
}

// A story runs each command, or its block has a mark that names the reason or the test that runs it.
func TestEveryDocumentedCommandIsRun(t *testing.T) {
	t.Parallel()
	run := storied(t)
	all := documented(t)
	if len(all) < 100 || len(run) < 100 {
		t.Fatalf("only %d commands found in the documentation, %d in stories: the test looks in the wrong place", len(all), len(run))
	}
	tests := testsByName(t)
	marked := map[string]string{} // the mark of one block applies to the same command elsewhere
	for _, c := range all {
		if c.mark != "" {
			marked[c.invocation.bare()] = c.mark
		}
	}
	runs, marks := 0, 0
	for _, c := range all {
		mark := marked[c.invocation.bare()]
		by, named := strings.CutPrefix(mark, "run by: ")
		switch {
		case run[c.invocation.bare()] && strings.HasPrefix(c.mark, "not run: "):
			t.Errorf("%s: a story runs it, so it needs no mark", c.where)
		case named && !runsWith(tests[by], c.invocation):
			t.Errorf("%s: there is no test %s that has all of its flags", c.where, by)
		case run[c.invocation.bare()] || named || strings.HasPrefix(mark, "file: "):
			runs++
		case mark != "":
			marks++
		default:
			t.Errorf("%s: no story in cmd/vidiking/testdata/script runs vidiking with these flags: %s.\n"+
				"Write one, or say above the block: <!-- run by: TestName --> or <!-- not run: why -->", c.where, c.invocation)
		}
	}
	t.Logf("%d commands in the documentation: %d run, %d marked as not run", len(all), runs, marks)
}

// documentedCommand is a command on a page of the documentation.
type documentedCommand struct {
	invocation invocation
	where      string // page and text
	mark       string // the mark of its block: "not run: …" or "run by: …"
}

// documented returns the commands in the README and in docs except docs/reference, which is generated from the commands.
func documented(t *testing.T) []documentedCommand {
	t.Helper()
	files := []string{"../../README.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/decisions/*.md", "../../.github/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	var all []documentedCommand
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range commandsOf(string(text)) {
			if page := filepath.Base(file); strings.HasPrefix(found.mark, "file: ") && !slices.Contains([]string{"ci.md", "emulator.md", "handlers.md"}, page) {
				t.Errorf("%s: %s: no test runs the files of this page", file, found.where)
			}
			found.where = fmt.Sprintf("%s: %s", strings.TrimPrefix(file, "../../"), found.where)
			in, err := invocationOf(strings.TrimPrefix(strings.SplitN(found.where, ": ", 2)[1], "vidiking"))
			if err != nil {
				t.Errorf("%s: %v", found.where, err)
				continue
			}
			found.invocation = in
			all = append(all, found)
		}
	}
	return all
}

// runsWith reports whether the source of a test contains each flag. It ignores flags for targets, because test helpers set them.
func runsWith(test string, in invocation) bool {
	return test != "" && !slices.ContainsFunc(in.flags, func(f string) bool {
		return f != "forward" && !sandbox[f] && !strings.Contains(test, `"--`+f+`"`)
	})
}

// testsByName returns the source of each test of the commands, by name.
func testsByName(t *testing.T) map[string]string {
	t.Helper()
	tests := map[string]string{}
	for _, dir := range []string{".", "../../cmd/vidiking"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for function := range strings.SplitSeq(string(text), "\nfunc ") {
				name, body, _ := strings.Cut(function, "(")
				tests[name] = body
			}
		}
	}
	return tests
}

func TestCommandsAreParsedFromPagesAndStories(t *testing.T) {
	t.Parallel()
	const page = "Say `vidiking webhooks list --failed`, or `vidiking …`.\n\n<!-- not run: needs a tunnel -->\n```sh\n$ vidiking listen --tunnel ssh   # a remark\n```\n" +
		"```sh\nexport S=$(vidiking listen --print-secret)\nvidiking verify b --header \"$(vidiking sign b)\"\n" +
		"ssh build vidiking webhooks export --failed | vidiking webhooks import - > x\nvidiking listen --forward 'a=1 | 2' -- npm test --x\n```\n\n    vidiking sign b\n"
	const want = "vidiking webhooks list --failed/; vidiking listen --tunnel ssh/not run: needs a tunnel; vidiking listen --print-secret/; " +
		"vidiking sign b/; vidiking verify b --header \"$(VALUE)\"/; vidiking webhooks import -/; vidiking listen --forward 'a=1 | 2'/; vidiking sign b/"
	var got []string
	for _, c := range commandsOf(page) {
		got = append(got, c.where+"/"+c.mark)
	}
	if g := strings.Join(got, "; "); g != want {
		t.Errorf("got  %s\nwant %s", g, want)
	}
	const story = "exec vidiking listen --addr 127.0.0.1:0 --forward $ADDR &listen&\n! exec vidiking trigger x\n[unix] exits 3 vidiking verify b -H ''\n" +
		"stdout 'vidiking sign'\n-- a.sh --\nvidiking sign b > x\n-- out --\nvidiking doctor\n"
	got = nil
	for _, c := range commandsOfStory(story) {
		in, err := invocationOf(strings.TrimPrefix(c, "vidiking"))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, in.bare())
	}
	if g, want := strings.Join(got, "; "), "listen forward; trigger; verify header; sign"; g != want {
		t.Errorf("got  %s\nwant %s", g, want)
	}
}
