package load

import (
	"slices"
	"testing"
	"time"
)

func TestTinyRateDoesNotOverflow(t *testing.T) {
	for _, rate := range []float64{1e-6, 1e-12, 5e-324} {
		var due []time.Duration
		for s := range schedule(slices.Values([]Request[int]{{}, {}, {}}), rate) {
			due = append(due, s.due)
		}
		if len(due) != 3 || due[0] != 0 || due[1] < 24*time.Hour || due[2] < due[1] {
			t.Errorf("at %g per second, due after %v, want one now and the others much later", rate, due)
		}
	}
}
