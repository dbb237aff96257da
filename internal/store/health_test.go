package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

func TestHealthOfAnIntactLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	recordMany(t, openLog(t, dir, Options{}), 30)
	r := openReader(t, dir)
	h, err := r.Health(t.Context())
	if err != nil || h.Deliveries != 30 || h.Bytes < 8192 || len(h.Damage) > 0 {
		t.Errorf("got %+v, %v, want 30 deliveries and no damage", h, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Health(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestHealthOfADamagedLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, Options{})
	recordMany(t, log, 200)
	closeLog(t, log)
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(text) / 2; i < len(text)/2+3*sqlite.PageBytes; i++ {
		text[i] ^= 0x5a
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := openReader(t, dir).Health(t.Context())
	if !errors.Is(err, ErrCorrupt) && len(h.Damage) == 0 {
		t.Errorf("got %+v, %v, want the damage", h, err)
	}
}

func recordMany(t *testing.T, log *Log, n int) {
	t.Helper()
	source := newSource(1)
	for range n {
		record(t, log, source.next())
	}
}
