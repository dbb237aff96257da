package cli_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

// homeless is a world without a home directory.
func (x *terminal) homeless(env map[string]string, args ...string) cli.World {
	w := x.world(nil, args...)
	w.Home = ""
	x.env = map[string]string{"VIDIKING_WEBHOOK_SECRET": secret, "LANG": "C.UTF-8", "NO_COLOR": "1"}
	maps.Copy(x.env, env)
	return w
}

func TestWithoutAHomeDirectoryTheProgramWorksWithWhatItIsGiven(t *testing.T) {
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
			x.checkEnds(x.homeless(given.env, append(given.args, command...)...), 0, "")
		}
	}
	x.checkEnds(x.homeless(nil, "--config", filepath.Join(dir, "c.toml"), "config", "path"), 0, filepath.Join(dir, "c.toml"))
	x.checkEnds(x.homeless(nil, "trigger", "render.complete", "--to", h.addr()), 0,
		"Deliveries are not recorded: there is no home directory for the delivery log.\n")
}

func TestWithoutAHomeDirectoryTheErrorNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	for _, command := range [][]string{{"webhooks", "list"}, {"listen"}, {"trigger", "render.complete"}, {"replay", "last"}, {}} {
		x.checkEnds(x.homeless(nil, command...), 2,
			"error: there is no home directory for the delivery log\nhint:  set VIDIKING_DATA_DIR, or use --data-dir DIR\n")
	}
	x.checkEnds(x.homeless(map[string]string{"VIDIKING_DATA_DIR": t.TempDir()}, "config", "path"), 2,
		"error: there is no home directory for the configuration\nhint:  set VIDIKING_CONFIG, or use --config FILE\n")
}

func TestListenNeedsNoHomeDirectory(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	signals, ended := make(chan os.Signal, 1), make(chan int, 1)
	w := x.homeless(nil, "--data-dir", filepath.Join(x.home, "data"), "listen", "--addr", "127.0.0.1:0", "--forward", h.addr())
	w.Signals = func() <-chan os.Signal { return signals }
	go func() { ended <- cli.Main(t.Context(), w) }()
	x.shows("Ready")
	signals <- os.Interrupt
	if code := <-ended; code != 0 {
		t.Errorf("listen: got exit code %d, want 0", code)
	}
}
