package relay

import "sync/atomic"

// inFlight bounds the bytes of all bodies that are held at once. Large bodies leave a share of it to small ones, so they cannot keep
// those out.
type inFlight struct {
	limit int64
	share int64 // of the limit, for small bodies alone
	held  atomic.Int64
}

const (
	// The least that may be in flight. Vidiking's payloads are some hundred bytes: this is room for some eight thousand of them.
	minInFlight = 40 << 20
	smallShare  = 8 << 20
	// What a delivery costs besides its body, roughly: header, buffers, goroutine.
	deliveryCost = 4 << 10
	smallBody    = 64 << 10
)

// MaxInFlight is how many bytes of bodies an ingress holds at once: one body of the largest size, and small ones beside it.
func MaxInFlight(maxBody int64) int64 { return max(minInFlight, maxBody+deliveryCost+smallShare) }

func newInFlight(maxBody int64) *inFlight {
	return &inFlight{limit: MaxInFlight(maxBody), share: smallShare}
}

// take reserves n more bytes for a body that will then have size bytes, or none.
func (f *inFlight) take(n, size int64) bool {
	limit := f.limit
	if size > smallBody {
		limit -= f.share
	}
	for {
		held := f.held.Load()
		if held+n > limit {
			return false
		}
		if f.held.CompareAndSwap(held, held+n) {
			return true
		}
	}
}

func (f *inFlight) release(n int64) { f.held.Add(-n) }
