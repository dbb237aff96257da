package rows

import (
	"testing"
	"time"
)

func TestTheBudgetAllowsManyDiagnosesFirstAndThenAFew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 14, 2, 31, 0, time.UTC)
	var s workBudget
	count := func() (n int) {
		for s.allows(200, now) {
			s.spend(700_000) // the cost of a common delivery
			n++
		}
		return n
	}
	if n := count(); n < 100 || n > 200 {
		t.Errorf("at first: got %d, want a hundred or more", n)
	}
	now = now.Add(time.Second)
	if n := count(); n < 5 || n > 15 {
		t.Errorf("a second later: got %d, want a few", n)
	}
	now = now.Add(-time.Hour) // the clock was set back
	if n := count(); n != 0 {
		t.Errorf("an hour earlier: got %d, want none", n)
	}
	now = now.Add(time.Hour)
	if n := count(); n < 100 || n > 200 {
		t.Errorf("after a quiet period: got %d, want as many as at first", n)
	}
}

func TestALargeBodyCostsAsMuchAsManySmallOnes(t *testing.T) {
	t.Parallel()
	var s workBudget
	n, now := 0, time.Date(2026, 3, 2, 14, 2, 31, 0, time.UTC)
	for s.allows(10<<20, now) {
		s.spend(maxDiagnosisWork)
		n++
	}
	if n < 1 || n > 4 {
		t.Errorf("bodies of 10 MiB: got %d, want a few", n)
	}
	s = workBudget{}
	for n = 0; n < 100 && s.allows(10<<20, now); n++ {
		s.spend(0) // the cause is found immediately, but reading the body costs, too
	}
	if n > 10 {
		t.Errorf("bodies of 10 MiB with an obvious cause: got %d, want a few", n)
	}
}
