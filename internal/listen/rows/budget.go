package rows

import "time"

// workBudget limits the work that a live view spends on diagnoses: mass deliveries from strangers must not slow down
// the relay. It starts with a full budget for the first deliveries, then refills at a small share of one
// processor. Work is counted in hashed bytes.
type workBudget struct {
	left int64
	at   time.Time // of the last refill
}

const (
	initialBudget    = 256 << 20 // at least a hundred common deliveries, or a few of the largest bodies
	refillPerSecond  = 16 << 20  // about 1 % of one processor
	maxDiagnosisWork = 128 << 20 // per diagnosis: a tenth of a second
	minDiagnosisWork = 1 << 20   // per diagnosis: reading the delivery, and trying everything on a small body
)

// allows reports whether a delivery of the given size may be diagnosed now. If so, it charges the cost of reading the
// delivery.
func (s *workBudget) allows(bytes int64, now time.Time) bool {
	if s.at.IsZero() {
		s.left = initialBudget
	} else {
		s.left = min(initialBudget, s.left+int64(max(0, now.Sub(s.at).Seconds())*refillPerSecond))
	}
	s.at = now
	cost := minDiagnosisWork + 4*bytes
	if s.left < cost {
		return false
	}
	s.left -= cost
	return true
}

func (s *workBudget) spend(work int64) { s.left -= work }
