package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// home is a temporary home directory with its own environment.
type home struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newHome(t *testing.T) *home {
	t.Helper()
	return &home{t: t, dir: t.TempDir(), env: map[string]string{}}
}

func (h *home) world() config.Environment {
	return config.Environment{
		LookupEnv: func(name string) (string, bool) { v, ok := h.env[name]; return v, ok },
		Home:      h.dir,
		WorkDir:   filepath.Join(h.dir, "work"),
		GOOS:      "linux",
	}
}

func (h *home) file() string { return filepath.Join(h.dir, ".config", "vidiking", "config.toml") }

// write writes text to the configuration file.
func (h *home) write(text string) *home {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.file()), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.file(), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return h
}

func (h *home) text() string {
	h.t.Helper()
	text, err := os.ReadFile(h.file())
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

func (h *home) load(f config.Flags) *config.Config {
	h.t.Helper()
	c, err := config.Load(h.world(), f)
	if err != nil {
		h.t.Fatalf("Load: %v", err)
	}
	return c
}
