package store

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func logWithIDs(t *testing.T, ids ...webhook.ID) *Log {
	t.Helper()
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	for _, id := range ids {
		record(t, l, src.next(func(d *webhook.Delivery) { d.ID = id }))
	}
	return l
}

func TestResolve(t *testing.T) {
	l := logWithIDs(t, "dlv_7k3mq9z0ab", "dlv_7k3mp00000", "dlv_abc0000000", "dlv_zzzzzzzzzz", "dlv_1000000000")
	for typed, want := range map[string]webhook.ID{
		"dlv_7k3mq9z0ab": "dlv_7k3mq9z0ab",
		"7k3mq9z0ab":     "dlv_7k3mq9z0ab",
		"DLV_7K3MQ":      "dlv_7k3mq9z0ab",
		" 7k3mq\n":       "dlv_7k3mq9z0ab",
		"7k3mp":          "dlv_7k3mp00000",
		"a":              "dlv_abc0000000",
		"zzzzzzzzzz":     "dlv_zzzzzzzzzz",
		"last":           "dlv_1000000000",
		" LAST ":         "dlv_1000000000",
		"dlv_1":          "dlv_1000000000",
	} {
		got, err := l.Reader().Resolve(t.Context(), typed, "")
		if err != nil || got.ID != want {
			t.Errorf("Resolve(%q) got %q, %v, want %q", typed, got.ID, err, want)
		}
	}
}

func TestLastIsTheNewestByTime(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	early, late := src.next(), src.next()
	record(t, l, late, early) // as an import can
	got, err := l.Reader().Resolve(t.Context(), "last", "")
	if err != nil || got.ID != late.ID {
		t.Errorf("Resolve(last) got %q, %v, want %q", got.ID, err, late.ID)
	}
}

func TestResolveOfAnAmbiguousPrefix(t *testing.T) {
	l := logWithIDs(t, "dlv_7000000000", "dlv_7100000000", "dlv_7200000000", "dlv_7300000000", "dlv_7400000000", "dlv_7500000000", "dlv_8000000000")
	_, err := l.Reader().Resolve(t.Context(), "7", "")
	var ambiguous *AmbiguousError
	if !errors.As(err, &ambiguous) {
		t.Fatalf("Resolve got %v, want an AmbiguousError", err)
	}
	newest := []webhook.ID{"dlv_7500000000", "dlv_7400000000", "dlv_7300000000", "dlv_7200000000", "dlv_7100000000"}
	if diff := cmp.Diff(newest, ids(ambiguous.Matches)); diff != "" || ambiguous.Total != 6 || ambiguous.Typed != "7" {
		t.Errorf("typed %q, total %d, want 7 and 6; matches (-want +got):\n%s", ambiguous.Typed, ambiguous.Total, diff)
	}
	if want := `"7" begins the ids of 6 deliveries`; err.Error() != want {
		t.Errorf("error text %q, want %q", err, want)
	}
}

func TestResolveSuggestsTheClosestIDs(t *testing.T) {
	l := logWithIDs(t, "dlv_7k3mq9z0ab", "dlv_7k3mqqqqqq", "dlv_7k3xxxxxxx", "dlv_0d0000d1d0", "dlv_vvvvvvvvvv", "dlv_7k3mq9z0aa")
	for typed, want := range map[string][]webhook.ID{
		"7k3mq9z0ac":         {"dlv_7k3mq9z0aa", "dlv_7k3mq9z0ab", "dlv_7k3mqqqqqq"}, // one replacement, then a common prefix
		"dlv_7k3mq9z0b":      {"dlv_7k3mq9z0aa", "dlv_7k3mq9z0ab", "dlv_7k3mqqqqqq"}, // one left out
		"7k3m9qz0ab":         {"dlv_7k3mq9z0ab", "dlv_7k3mq9z0aa", "dlv_7k3mqqqqqq"}, // two swapped
		"7K3XXXXY":           {"dlv_7k3xxxxxxx"},
		"ODOOOODLDO":         {"dlv_0d0000d1d0"}, // letters that ids leave out, for similar ones
		"dlv_ododo":          {"dlv_0d0000d1d0"},
		"uuuuuu":             {"dlv_vvvvvvvvvv"},
		"gggggggggg":         nil,
		"g":                  nil,
		"":                   nil,
		"dlv_":               nil,
		"7k3mq9z0ab7k3mq9z0": nil,
		"7k3mq9z0ab7":        {"dlv_7k3mq9z0ab", "dlv_7k3mq9z0aa", "dlv_7k3mqqqqqq"}, // one too many
		"ünïcödé":            nil,
		"%":                  nil,
	} {
		_, err := l.Reader().Resolve(t.Context(), typed, "")
		var missing *NotFoundError
		if !errors.As(err, &missing) || missing.Typed != typed {
			t.Errorf("Resolve(%q) got %v, want a NotFoundError with that text", typed, err)
			continue
		}
		if got := ids(missing.Closest); !slices.Equal(got, want) {
			t.Errorf("closest to %q: got %v, want %v", typed, got, want)
		}
	}
}

func TestEmptyLogHasNoLast(t *testing.T) {
	l := logWithIDs(t)
	for _, typed := range []string{"last", "dlv_7", "7k3mq9z0ab"} {
		_, err := l.Reader().Resolve(t.Context(), typed, "")
		var missing *NotFoundError
		if !errors.As(err, &missing) || len(missing.Closest) != 0 {
			t.Errorf("Resolve(%q) got %v, want a NotFoundError without suggestions", typed, err)
		}
	}
	_, err := l.Reader().Get(t.Context(), "dlv_7k3mq9z0ab")
	var missing *NotFoundError
	if !errors.As(err, &missing) || missing.Typed != "dlv_7k3mq9z0ab" {
		t.Errorf("Get got %v, want a NotFoundError", err)
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"", "abc", 3}, {"abcdef", "fedcba", 5},
		{"kitten", "sitting", 3},
	} {
		if got := editDistance(c.a, []byte(c.b)); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := editDistance(c.b, []byte(c.a)); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
