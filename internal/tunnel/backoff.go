package tunnel

import "time"

// Delays between connection attempts. The first is short because most outages are. The cap is the longest that a user may have to wait
// after the network returns, if nothing else reports that it did.
const (
	initialDelay = 500 * time.Millisecond
	maxDelay     = 30 * time.Second
)

// stableAfter is how long a tunnel must stay up before its next outage starts with a short delay again. Without it, a service that
// accepts and immediately drops connections would be asked twice a second.
const stableAfter = 10 * time.Second

// backoff computes the delays between attempts. They double up to maxDelay, and each is a random value between half and all of that, so
// that the clients of a service that was down don't all return at once.
type backoff struct {
	random   func() float64 // in [0, 1)
	attempts int
}

func (b *backoff) next() time.Duration {
	delay := maxDelay
	if b.attempts < 16 {
		delay = min(initialDelay<<b.attempts, maxDelay)
	}
	b.attempts++
	return delay/2 + time.Duration(b.random()*float64(delay/2))
}

func (b *backoff) reset() { b.attempts = 0 }
