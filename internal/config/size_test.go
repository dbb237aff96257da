package config

import (
	"strings"
	"testing"
)

func TestParseBytesReadsUnits(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int64{
		"0": 0, "1048576": 1 << 20, "512KiB": 512 << 10, "10MiB": 10 << 20, "1GiB": 1 << 30, "10MB": 10_000_000, "2kB": 2000, "3GB": 3_000_000_000, "5B": 5,
		"9223372036854775807": 1<<63 - 1,
	} {
		if got, p := parseBytes(s); p != nil || got != want {
			t.Errorf("parseBytes(%q): got %d, %v; want %d", s, got, p, want)
		}
	}
	for _, s := range []string{"", "MiB", "-1", "+1", "1.5MiB", "1 MiB", " 1", "1e3", "10M", "9223372036854775808", "9007199254740993GiB", strings.Repeat("9", 50)} {
		if got, p := parseBytes(s); p == nil {
			t.Errorf("parseBytes(%q): got %d, want a problem", s, got)
		}
	}
}
