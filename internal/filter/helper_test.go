package filter

import (
	"testing"
	"time"
)

// now is a Monday afternoon.
var now = time.Date(2026, 3, 2, 14, 5, 0, 0, place)

var place = time.FixedZone("CET", 3600)

func parse(t testing.TB, text string) Filter {
	t.Helper()
	f, err := Parse(text, now, place)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return f
}
