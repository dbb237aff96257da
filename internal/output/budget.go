package output

import "time"

// workBudget is the work that a live view may spend on diagnoses, so that what strangers send in masses costs the relay next to nothing: a
// initialBudget for the first ones, then a small share of one processor. Work is counted in bytes hashed.
type workBudget struct {
	left int64
	at   time.Time // when it was last looked at
}

const (
	initialBudget    = 256 << 20 // a hundred common deliveries or more, or a few of the largest bodies
	refillPerSecond  = 16 << 20  // a second: about a hundredth of a processor's time
	maxDiagnosisWork = 128 << 20 // of one diagnosis: a tenth of a second
	minDiagnosisWork = 1 << 20   // which every diagnosis takes, by looking the delivery up and by trying everything on a small body
)

// allows reports whether the delivery of a size may be diagnosed now. It takes what looking it up costs.
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
