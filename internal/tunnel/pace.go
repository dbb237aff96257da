package tunnel

import "time"

// How long to wait before the next try. The first pause is short, since most gaps are; the cap is what a person may have to wait after
// the network is back, if nothing else tells us that it is.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

// steady is how long a tunnel must have been up for its next gap to begin with a short pause again: a service that takes and drops us
// at once is not asked twice a second.
const steady = 10 * time.Second

// pace computes the pauses between tries: doubling up to lastPause, each between its half and its whole by chance, so that the clients
// of a service that was down do not come back all at once.
type pace struct {
	random func() float64 // in [0, 1)
	tries  int
}

func (p *pace) next() time.Duration {
	pause := lastPause
	if p.tries < 16 {
		pause = min(firstPause<<p.tries, lastPause)
	}
	p.tries++
	return pause/2 + time.Duration(p.random()*float64(pause/2))
}

func (p *pace) reset() { p.tries = 0 }
