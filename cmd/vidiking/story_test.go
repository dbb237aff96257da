package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the transcripts that the stories compare with")

// TestMain makes `vidiking`, `handler` and others available as commands to tests. Each is this test binary.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vidiking":    func() { os.Exit(runNoted()) },
		"handler":     func() { os.Exit(runHandler(os.Args[1:])) },
		"api":         func() { os.Exit(runAPI(os.Args[1:])) },
		"unread":      func() { os.Exit(runUnread(os.Args[1:])) },
		"firstline":   func() { os.Exit(runFirstLine(os.Args[1:])) },
		"owndisk":     func() { os.Exit(runOwnDisk(os.Args[1:])) },
		"retype":      func() { os.Exit(runRetype(os.Args[1:])) },
		"sends":       func() { os.Exit(runSends(os.Args[1:])) },
		"environment": func() { os.Exit(runEnvironment(os.Args[1:])) },
		"stays":       func() { os.Exit(runStays(os.Args[1:])) },
		"proxy":       func() { os.Exit(runProxy(os.Args[1:])) },
		"pretend":     func() { os.Exit(runPretend(os.Args[1:])) },
		"redirected":  func() { os.Exit(runRedirected(os.Args[1:])) },
		"detached":    func() { os.Exit(runDetached(os.Args[1:])) },
		"occupied":    func() { os.Exit(runOccupied(os.Args[1:])) },
		"hold":        func() { os.Exit(runHold(os.Args[1:])) },
		"ondisk":      func() { os.Exit(runOnDisk(os.Args[1:])) },
		"barepeer":    func() { os.Exit(runBare(os.Args[1:])) },
	})
}

// The stories in testdata/script/*.txtar run user commands through the real main, each in a sandboxed home.
func TestStories(t *testing.T) {
	t.Parallel()
	noted := t.TempDir()
	t.Cleanup(func() { checkJSON(t, noted) })
	if !testing.Short() {
		t.Cleanup(func() { checkErrors(t, noted) })
	}
	testscript.Run(t, testscript.Params{
		Files:               stories(t),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name == "owndisk" {
				return ownDisks(), nil
			}
			return false, fmt.Errorf("there is no condition %s", name)
		},
		Setup: setUp(noted),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":      await,
			"transcript": transcript,
			"setfile":    setFile,
			"post":       post,
			"flood":      flood,
			"setaddr":    setAddr,
			"newer":      newer,
			"exits":      exits,
			"firstid":    firstID,
			"firstfile":  firstFile,
			"replace":    replace,
			"bare":       bare,
			"oneline":    oneLine,
			"setid":      setID,
			"asrecorded": asRecorded,

			"eachfails":        eachFails,
			"eachconfigfails":  eachConfigFails,
			"eachpayloadfails": eachPayloadFails,
			"sparse":           sparse,
			"record":           record,
			"unserved":         unserved,
		},
	})
}

// stories lists the stories. With -short, it omits the stories of errors, which start the program hundreds of times, and the stories of
// the documentation, which repeat others. The race detector runs with -short.
func stories(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(name string) bool {
		kind, _, _ := strings.Cut(filepath.Base(name), "_")
		return testing.Short() && slices.Contains([]string{"errors", "doc", "help"}, kind)
	})
}

// setUpHome gives a story a home directory, on every system. $STATE is the data directory in it.
func setUpHome(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	settings, state := filepath.Join(home, ".config"), filepath.Join(home, ".local", "state")
	for name, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": settings, "XDG_STATE_HOME": state,
		"USERPROFILE": home, "APPDATA": settings, "LOCALAPPDATA": state,
		"STATE": filepath.Join(state, "vidiking"), "TZ": "UTC", "LANG": "C.UTF-8", "TERM": "xterm",
		"GORACE": os.Getenv("GORACE"), // settings of the race detector, if any
	} {
		env.Setenv(name, value)
	}
	return os.MkdirAll(home, 0o700)
}
