package retry

import "time"

// delays is the provider's retry schedule (docs: Webhooks, Retry Policy): the time from each failed attempt to the next.
func delays() []time.Duration {
	return []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}
}

// Schedule computes when to retry a failed delivery. It has no state: callers pass the number of attempts.
type Schedule struct {
	// Speed divides the delays: 60 turns hours into minutes. 0 means 1.
	Speed float64
}

// maxDelay is long enough to mean never, and does not overflow.
const maxDelay = 100 * 365 * 24 * time.Hour

// Next returns when to retry a delivery after so many attempts, the last of them at last. It returns false if nothing was attempted
// yet, or if the provider would give up.
func (s Schedule) Next(attempts int, last time.Time) (at time.Time, ok bool) {
	all := delays()
	if attempts < 1 || attempts > len(all) {
		return time.Time{}, false
	}
	delay := all[attempts-1]
	if s.Speed > 0 {
		delay = time.Duration(min(float64(delay)/s.Speed, float64(maxDelay)))
	}
	return last.Add(delay), true
}

// Retries returns how often a delivery is retried before the provider gives up.
func (Schedule) Retries() int { return len(delays()) }
