package recording

import (
	"errors"
	"strings"
	"testing"
)

func TestLineThatIsTooLongIsNotReadToItsEnd(t *testing.T) {
	r := NewReader(strings.NewReader(strings.Repeat("x", 300_000)))
	r.max = 100_000
	_, err := r.Next()
	var damage *DamageError
	if !errors.As(err, &damage) || !strings.Contains(damage.Problem, "longer than") {
		t.Errorf("got %v, want that the line is too long", err)
	}
	if len(r.buf) > 2*r.max {
		t.Errorf("it has %d bytes in memory, for a limit of %d", len(r.buf), r.max)
	}
}
