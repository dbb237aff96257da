package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestSetKeepsASymbolicLink(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("")
	dotfiles := filepath.Join(h.dir, "dotfiles")
	if err := os.Mkdir(dotfiles, 0o755); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dotfiles, "vidiking.toml")
	relink(t, filepath.Join("..", "..", "dotfiles", "step"), h.file())
	relink(t, target, filepath.Join(dotfiles, "step"))
	for _, before := range []string{"", "# kept in a repository\n"} { // the first write creates the file that the links point to
		if before != "" {
			if err := os.WriteFile(target, []byte(before), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.load(config.Flags{}).Set("verify", "warn"); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(h.file()); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the configuration is no longer a link: %v, %v", info.Mode(), err)
		}
		if text, err := os.ReadFile(target); err != nil || string(text) != before+"verify = \"warn\"\n" {
			t.Errorf("target of the link: got %q, %v", text, err)
		}
	}
	onlyHas(t, dotfiles, "step", "vidiking.toml")
	onlyHas(t, filepath.Dir(h.file()), "config.toml")
}

func relink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

func TestACycleOfLinksIsAnError(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := h.load(config.Flags{})
	h.write("")
	relink(t, h.file(), h.file())
	if err := c.Set("verify", "warn"); err == nil {
		t.Error("Set through a link to itself: got no error")
	}
	if _, err := config.Load(h.world(), config.Flags{}); err == nil {
		t.Error("Load of a link to itself: got no error")
	}
}

func TestSetInAReadOnlyDirectoryIsAnError(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("permissions do not keep this user from writing")
	}
	h := newHome(t).write("verify = \"off\"\n")
	dir := filepath.Dir(h.file())
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(dir, 0o700) }()
	err := h.load(config.Flags{}).Set("verify", "warn")
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "cannot write the configuration file ~/.config/vidiking/config.toml") {
		t.Errorf("Set: got %v, want a permission error that names the file", err)
	}
	if got := h.text(); got != "verify = \"off\"\n" {
		t.Errorf("the file was changed to %q", got)
	}
	var advised *config.Error
	if !errors.As(err, &advised) || advised.Hint == "" {
		t.Errorf("Set: got %v, want an error with a hint", err)
	}
	onlyHas(t, dir, "config.toml")
}

func TestAFailedWriteLeavesNoTemporaryFile(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := h.load(config.Flags{Config: filepath.Join(h.dir, "c.toml")})
	if err := os.MkdirAll(filepath.Join(h.dir, "c.toml", "sub"), 0o700); err != nil { // a rename cannot replace it
		t.Fatal(err)
	}
	if err := c.Set("verify", "warn"); err == nil {
		t.Fatal("Set of a directory: got no error")
	}
	onlyHas(t, h.dir, "c.toml")
}

func TestSetRemovesTheRestOfAnInterruptedWrite(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("")
	left := filepath.Join(filepath.Dir(h.file()), ".config.toml.0a1b2c3d.new")
	if err := os.WriteFile(left, []byte("verify = "), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := h.load(config.Flags{}).Set("verify", "warn"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(h.file()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: got %v, %v; want 0600", info.Mode(), err)
	}
	onlyHas(t, filepath.Dir(h.file()), "config.toml")
}

func TestConcurrentWritersOfOneProcessLoseNoSettings(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	settings := map[string]string{"verify": "warn", "path": "/a", "respond": "ack", "timeout": "3s", "max_body": "7B", "output": "json", "color": "never", "forward": "1"}
	var wg sync.WaitGroup
	for key, value := range settings {
		c := h.load(config.Flags{})
		wg.Go(func() {
			if err := c.Set(key, value); err != nil {
				t.Errorf("Set(%s): %v", key, err)
			}
		})
	}
	wg.Wait()
	c := h.load(config.Flags{})
	for key, want := range settings {
		if got := c.String(key); got != want {
			t.Errorf("%s: got %q, want %q in\n%s", key, got, want, h.text())
		}
	}
}
