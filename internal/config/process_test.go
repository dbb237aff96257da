package config_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// The test binary acts as other processes: if roleVar is set, it does the work of that role instead of running tests.
const (
	roleVar = "VIDIKING_CONFIG_TEST_ROLE"
	dirVar  = "VIDIKING_CONFIG_TEST_DIR"
)

func TestMain(m *testing.M) {
	switch role, dir := os.Getenv(roleVar), os.Getenv(dirVar); {
	case role == "":
		m.Run()
	case role == "make-secret":
		s, _, err := config.EnsureSecret(dir, rand.Reader)
		fmt.Fprintln(os.Stdout, s.Reveal(), err)
	case role == "toggle":
		for i := 0; ; i++ {
			say(set(dir, "", "path", "/"+strings.Repeat(strconv.Itoa(i%10), 3000)))
		}
	case role == "set-once":
		say(set(dir, "", "verify", "warn"))
	default: // the name of a profile
		for i := range 10 {
			err := set(dir, role, "path", "/"+strconv.Itoa(i))
			for errors.Is(err, config.ErrBusy) { // retry: waiting for the others can take long on a busy machine
				err = set(dir, role, "path", "/"+strconv.Itoa(i))
			}
			say(err)
		}
	}
}

func say(err error) {
	if err != nil {
		fmt.Fprintln(os.Stdout, err)
	}
}

func set(dir, profile, key, value string) error {
	h := home{dir: dir}
	c, err := config.Load(h.world(), config.Flags{Profile: profile, NewProfile: true})
	if err != nil {
		return err
	}
	return c.Set(key, value)
}

// play starts another process in a role.
func play(ctx context.Context, t *testing.T, role, dir string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, exec.CommandContext(ctx, self), role, dir)
}

// playWithoutSpace starts another process that cannot write files: each write fails as on a full disk.
func playWithoutSpace(ctx context.Context, t *testing.T, role, dir string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to limit the size of files")
	}
	return start(t, exec.CommandContext(ctx, shell, "-c", `ulimit -f 0 && exec "$0"`, self), role, dir)
}

func start(t *testing.T, cmd *exec.Cmd, role, dir string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd.Env = append(os.Environ(), roleVar+"="+role, dirVar+"="+dir)
	output := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, output
}

func TestConcurrentProcessesLoseNoSettings(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("# mine\n")
	names := []string{"a", "b", "c", "d", "e", "f"}
	cmds := make([]*exec.Cmd, len(names))
	output := make([]*bytes.Buffer, len(names))
	for i, name := range names {
		cmds[i], output[i] = play(t.Context(), t, name, h.dir)
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil || output[i].Len() > 0 {
			t.Errorf("process %s: %v\n%s", names[i], err, output[i])
		}
	}
	for _, name := range names {
		c, err := config.Load(h.world(), config.Flags{Profile: name})
		if err != nil {
			t.Errorf("profile %s: %v in\n%s", name, err, h.text())
			continue
		}
		if got := c.String(config.Path); got != "/9" {
			t.Errorf("path of profile %s: got %s, want /9", name, got)
		}
	}
	if !strings.HasPrefix(h.text(), "# mine\n") {
		t.Errorf("the comment is gone from\n%s", h.text())
	}
}

func TestTheFileIsCompleteAfterAWriterIsKilled(t *testing.T) {
	t.Parallel()
	const kills = 40
	old := "# mine\npath = \"/" + strings.Repeat("x", 3000) + "\"\n"
	h := newHome(t).write(old)
	for i := range kills {
		cmd, output := play(t.Context(), t, "toggle", h.dir)
		// Other processes keep writing from now on. Each run kills them at a different point of a write.
		h.changesFrom(old)
		timer := time.NewTimer(time.Duration(i) * 100 * time.Microsecond)
		<-timer.C
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		c, err := config.Load(h.world(), config.Flags{})
		if err != nil {
			t.Fatalf("after kill %d: %v; output %s", i, err, output)
		}
		path := c.String(config.Path)
		if len(path) != 3001 || strings.Trim(path[1:], path[1:2]) != "" || !strings.HasPrefix(h.text(), "# mine\n") {
			t.Fatalf("after kill %d the file is incomplete:\n%.200s", i, h.text())
		}
		old = h.text()
	}
	if err := h.load(config.Flags{}).Set("verify", "warn"); err != nil {
		t.Errorf("Set after the kills: %v", err)
	}
	onlyHas(t, filepath.Dir(h.file()), "config.toml")
}

// changesFrom waits until the configuration file differs from old.
func (h *home) changesFrom(old string) {
	h.t.Helper()
	deadline := time.After(time.Minute)
	for h.text() == old {
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			h.t.Fatal("nothing was written within a minute")
		}
	}
}

func TestConcurrentProcessesGenerateOneSecret(t *testing.T) {
	t.Parallel()
	for range 3 {
		dir := filepath.Join(t.TempDir(), "state", "vidiking")
		cmds, output := [8]*exec.Cmd{}, [8]*bytes.Buffer{}
		for i := range cmds {
			cmds[i], output[i] = play(t.Context(), t, "make-secret", dir)
		}
		for i, cmd := range cmds {
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			if output[i].String() != output[0].String() || !strings.HasPrefix(output[i].String(), "whsec_") || !strings.HasSuffix(output[i].String(), " <nil>\n") {
				t.Errorf("process %d returned %q and process 0 returned %q, want the same secret", i, output[i], output[0])
			}
		}
		onlyHas(t, dir, "webhook-secret")
	}
}

func TestSetOnAFullDiskKeepsTheFile(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("verify = \"off\"\n")
	cmd, output := playWithoutSpace(t.Context(), t, "set-once", h.dir)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(output.String(), "cannot write the configuration file ~/.config/vidiking/config.toml: ") {
		t.Errorf("Set: got %q, want an error about writing the file", output)
	}
	if got := h.text(); got != "verify = \"off\"\n" {
		t.Errorf("the file was changed to %q", got)
	}
	onlyHas(t, filepath.Dir(h.file()), "config.toml")
}

func TestEnsureSecretOnAFullDiskLeavesNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, output := playWithoutSpace(t.Context(), t, "make-secret", dir)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(output.String(), " cannot save the new secret in ") {
		t.Errorf("EnsureSecret: got %q, want an error about saving the secret", output)
	}
	onlyHas(t, dir)
}

// onlyHas checks that a directory contains exactly these files.
func onlyHas(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("files of %s: got %v, want %v", dir, got, want)
	}
}
