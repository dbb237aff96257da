package cli_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

// withoutHome returns an environment without a home directory.
func (x *terminal) withoutHome(env map[string]string, args ...string) cli.Environment {
	w := x.environment(nil, args...)
	w.Home = ""
	x.env = map[string]string{"VIDIKING_WEBHOOK_SECRET": secret, "LANG": "C.UTF-8", "NO_COLOR": "1"}
	maps.Copy(x.env, env)
	return w
}

func TestCommandsWorkWithoutAHomeDirectoryIfPathsAreGiven(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	dir := t.TempDir()
	for _, given := range []struct {
		env  map[string]string
		args []string
	}{
		{map[string]string{"VIDIKING_DATA_DIR": filepath.Join(dir, "a")}, nil},
		{map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "b")}, nil},
		{nil, []string{"--data-dir", filepath.Join(dir, "c")}},
	} {
		for _, command := range [][]string{
			{"trigger", "render.complete", "--to", h.addr()},
			{"webhooks", "list"},
			{"replay", "last", "--to", h.addr()},
			{"config", "list"},
			{},
		} {
			x.checkEnds(x.withoutHome(given.env, append(given.args, command...)...), 0, "")
		}
	}
	x.checkEnds(x.withoutHome(nil, "--config", filepath.Join(dir, "c.toml"), "config", "path"), 0, filepath.Join(dir, "c.toml"))
	x.checkEnds(x.withoutHome(nil, "trigger", "render.complete", "--to", h.addr()), 0,
		"Deliveries are not recorded: there is no home directory for the delivery log.\n")
}

func TestErrorsWithoutAHomeDirectoryNameTheMissingSetting(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	for _, command := range [][]string{{"webhooks", "list"}, {"listen"}, {"trigger", "render.complete"}, {"replay", "last"}, {}} {
		x.checkEnds(x.withoutHome(nil, command...), 2,
			"error: there is no home directory for the delivery log\nhint:  set VIDIKING_DATA_DIR, or use --data-dir DIR\n")
	}
	x.checkEnds(x.withoutHome(map[string]string{"VIDIKING_DATA_DIR": t.TempDir()}, "config", "path"), 2,
		"error: there is no home directory for the configuration\nhint:  set VIDIKING_CONFIG, or use --config FILE\n")
}

func TestListenWorksWithoutAHomeDirectory(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	signals, ended := make(chan os.Signal, 1), make(chan int, 1)
	w := x.withoutHome(nil, "--data-dir", filepath.Join(x.home, "data"), "listen", "--addr", "127.0.0.1:0", "--forward", h.addr())
	w.Signals = func() <-chan os.Signal { return signals }
	go func() { ended <- cli.Main(t.Context(), w) }()
	x.shows("Ready")
	signals <- os.Interrupt
	if code := <-ended; code != 0 {
		t.Errorf("listen: got exit code %d, want 0", code)
	}
}
