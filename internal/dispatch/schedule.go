package dispatch

import "time"

// pauses is the provider's own schedule (docs: Webhooks, Retry Policy): how long after each failed attempt the next one comes.
func pauses() []time.Duration {
	return []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}
}

// Schedule says when a delivery that failed is tried again. It keeps no state: whoever asks knows how often it was tried.
type Schedule struct {
	// Speed divides the pauses: 60 makes minutes of hours. 0 is 1.
	Speed float64
}

// longestPause is as good as never, and no number that overflows.
const longestPause = 100 * 365 * 24 * time.Hour

// Next returns when to try again what has been tried that often, the last time at last; ok is false where the provider gives up, or
// where it was not tried yet.
func (s Schedule) Next(tries int, last time.Time) (at time.Time, ok bool) {
	all := pauses()
	if tries < 1 || tries > len(all) {
		return time.Time{}, false
	}
	pause := all[tries-1]
	if s.Speed > 0 {
		pause = time.Duration(min(float64(pause)/s.Speed, float64(longestPause)))
	}
	return last.Add(pause), true
}

// Retries is how often a delivery is tried again before it is given up.
func (Schedule) Retries() int { return len(pauses()) }
