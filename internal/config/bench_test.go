package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// BenchmarkLoad measures Load, which every command calls, next to a plain read of the file.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	w := config.Environment{LookupEnv: func(string) (string, bool) { return "", false }, Home: dir, WorkDir: dir, GOOS: "linux"}
	path := filepath.Join(dir, ".config", "vidiking", "config.toml")
	load := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := config.Load(w, config.Flags{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	read := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = os.ReadFile(path)
		}
	}
	b.Run("absent", load)
	b.Run("absent, the look alone", read)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(layered), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Run("present", load)
	b.Run("present, the read alone", read)
}
