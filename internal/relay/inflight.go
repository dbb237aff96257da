package relay

import "sync/atomic"

// inFlight limits the bytes of all bodies in memory. Large bodies cannot use the part that is reserved for small ones.
type inFlight struct {
	limit        int64
	smallReserve int64 // part of the limit for small bodies only
	reserved     atomic.Int64
}

const (
	// The minimum limit. Vidiking's payloads have a few hundred bytes, so about eight thousand fit.
	minInFlight  = 40 << 20
	smallReserve = 8 << 20
	// Approximate cost of a delivery in addition to its body: header, buffers, goroutine.
	deliveryOverhead = 4 << 10
	smallBody        = 64 << 10
)

// MaxInFlight returns the number of body bytes that an ingress holds at most: one body of the maximum size, and small ones.
func MaxInFlight(maxBody int64) int64 { return max(minInFlight, maxBody+deliveryOverhead+smallReserve) }

func newInFlight(maxBody int64) *inFlight {
	return &inFlight{limit: MaxInFlight(maxBody), smallReserve: smallReserve}
}

// reserve reserves n more bytes for a body that will then have size bytes. It reports false, and reserves none, if they exceed the limit.
func (f *inFlight) reserve(n, size int64) bool {
	limit := f.limit
	if size > smallBody {
		limit -= f.smallReserve
	}
	for {
		held := f.reserved.Load()
		if held+n > limit {
			return false
		}
		if f.reserved.CompareAndSwap(held, held+n) {
			return true
		}
	}
}

func (f *inFlight) release(n int64) { f.reserved.Add(-n) }
