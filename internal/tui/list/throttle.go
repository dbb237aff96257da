package list

import "time"

// throttle limits how often the log is read. The first changes after a quiet period are shown within a frame. During a stream of
// changes, ten reads per second are enough for a reader and leave the CPU to the relay.
type throttle struct {
	lastChange time.Time
	streak     int
}

const (
	frameTime  = 33 * time.Millisecond // at most 30 frames per second
	streamTime = 100 * time.Millisecond
	quietTime  = 250 * time.Millisecond
	streakFrom = 5
)

func (p *throttle) changed(now time.Time) {
	if now.Sub(p.lastChange) > quietTime {
		p.streak = 0
	}
	p.streak++
	p.lastChange = now
}

func (p *throttle) delay() time.Duration {
	if p.streak >= streakFrom {
		return streamTime
	}
	return frameTime
}
