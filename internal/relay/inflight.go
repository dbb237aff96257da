package relay

import "sync/atomic"

// inFlight bounds the bytes of all bodies that are held at once.
type inFlight struct {
	limit int64
	held  atomic.Int64
}

// take reserves n bytes, or none.
func (f *inFlight) take(n int64) bool {
	if f.held.Add(n) <= f.limit {
		return true
	}
	f.held.Add(-n)
	return false
}

func (f *inFlight) release(n int64) { f.held.Add(-n) }
