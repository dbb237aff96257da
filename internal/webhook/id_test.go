package webhook_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestNewIDUsesTheAlphabet(t *testing.T) {
	random := rand.NewChaCha8([32]byte{2})
	seen := map[rune]bool{}
	drawn := map[webhook.ID]bool{}
	for range 1000 {
		id, err := webhook.NewID(random)
		if err != nil {
			t.Fatalf("NewID: %v", err)
		}
		if !webhook.IsID(string(id)) {
			t.Fatalf("NewID = %q, but IsID returns false", id)
		}
		drawn[id] = true
		for _, r := range strings.TrimPrefix(string(id), webhook.IDPrefix) {
			seen[r] = true
		}
	}
	if len(drawn) != 1000 || len(seen) != 32 || seen['i'] || seen['l'] || seen['o'] || seen['u'] {
		t.Errorf("%d different ids of %d different characters, want 1000 of 32 without i, l, o, u", len(drawn), len(seen))
	}
}

func TestNewIDFailsIfRandomFails(t *testing.T) {
	broken := errors.New("no randomness")
	if _, err := webhook.NewID(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("NewID = %v, want %v", err, broken)
	}
	if id, err := webhook.NewID(strings.NewReader("short")); err == nil {
		t.Errorf("NewID of five bytes = %q, want an error", id)
	}
}

func TestIsIDAcceptsOnlyCompleteIDs(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"dlv_8kx4m2a0zz", true},
		{"dlv_0123456789", true},
		{"", false},
		{"dlv_", false},
		{"dlv_8kx4m2a0z", false},
		{"dlv_8kx4m2a0zzz", false},
		{"8kx4m2a0zz", false},
		{"dlv_8KX4M2A0ZZ", false},
		{"dlv_8kx4m2a0zl", false},
		{"job_8kx4m2a0zz", false},
		{"dlv_8kx4m2a0é", false},
	}
	for _, test := range tests {
		if got := webhook.IsID(test.text); got != test.want {
			t.Errorf("IsID(%q) = %t, want %t", test.text, got, test.want)
		}
	}
}

func TestParsePrefixAcceptsTypedIDs(t *testing.T) {
	tests := []struct {
		typed, want string
		ok          bool
	}{
		{"dlv_8kx4m2a0zz", "dlv_8kx4m2a0zz", true},
		{"dlv_8kx", "dlv_8kx", true},
		{"8kx4", "dlv_8kx4", true},
		{"8KX4", "dlv_8kx4", true},
		{"DLV_8KX4", "dlv_8kx4", true},
		{" 8kx4\n", "dlv_8kx4", true},
		{"", "", false},
		{"dlv_", "", false},
		{"dlv_8kx4m2a0zzz", "", false},
		{"last", "", false}, // l is not in the alphabet, so no id starts with "last"
		{"job_5tq8wd", "", false},
		{"8k*", "", false},
	}
	for _, test := range tests {
		got, ok := webhook.ParsePrefix(test.typed)
		if got != test.want || ok != test.ok {
			t.Errorf("ParsePrefix(%q) = %q, %t, want %q, %t", test.typed, got, ok, test.want, test.ok)
		}
	}
}

// Law: every start of an id, with or without dlv_, parses to a start of that id.
func FuzzParsePrefix(f *testing.F) {
	f.Add("dlv_8kx4m2a0zz")
	f.Add("8KX")
	f.Add(" \xff")
	f.Fuzz(func(t *testing.T, typed string) {
		prefix, ok := webhook.ParsePrefix(typed)
		if !ok {
			if prefix != "" {
				t.Errorf("ParsePrefix(%q) = %q, false, want an empty prefix", typed, prefix)
			}
			return
		}
		if again, ok := webhook.ParsePrefix(prefix); !ok || again != prefix {
			t.Errorf("ParsePrefix(%q) = %q, but parsing that returns %q, %t", typed, prefix, again, ok)
		}
		if whole := prefix + strings.Repeat("0", len("dlv_0123456789")-len(prefix)); !webhook.IsID(whole) {
			t.Errorf("ParsePrefix(%q) = %q, but no id starts with that", typed, prefix)
		}
	})
}

func TestShortTruncatesAfterThePrefix(t *testing.T) {
	tests := []struct {
		id   webhook.ID
		n    int
		want string
	}{
		{"dlv_8kx4m2a0zz", 6, "dlv_8kx4m2"},
		{"dlv_8kx4m2a0zz", 10, "dlv_8kx4m2a0zz"},
		{"dlv_8kx4m2a0zz", 99, "dlv_8kx4m2a0zz"},
		{"dlv_8kx4m2a0zz", 0, "dlv_"},
		{"", 6, ""},
	}
	for _, test := range tests {
		if got := test.id.Short(test.n); got != test.want {
			t.Errorf("ID(%q).Short(%d) = %q, want %q", test.id, test.n, got, test.want)
		}
	}
}
