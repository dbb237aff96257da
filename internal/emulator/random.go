package emulator

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

const (
	jobAlphabet      = "0123456789abcdefghijklmnopqrstuvwxyz"
	jobIDLength      = 6                                  // job_abc123, img_abc123 (docs: Render, AI Image Generation)
	jobIDs           = 36 * 36 * 36 * 36 * 36 * 36        // all ids
	deliveryAlphabet = "0123456789abcdefghjkmnpqrstvwxyz" // webhook.ID
	deliveryIDLength = 10
	deliveryIDs      = 1 << 50 // all ids

	// A multiplication by a number that is coprime with the number of ids maps different counts to different ids. This one is the
	// golden ratio times 2^64, which spreads them; it is odd and not a multiple of 3.
	spread = 0x9e3779b97f4a7c15
)

// source draws everything that varies from a seed and a count, so it needs no state beyond the count, and a restart continues where it
// was.
type source uint64

// rand returns the random numbers for the n-th thing of a kind.
func (s source) rand(kind string, n uint64) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind))                         // never fails
	return rand.New(rand.NewPCG(uint64(s)^h.Sum64(), n)) //nolint:gosec // not a secret
}

// jobID returns the id of the n-th job or image. Ids do not repeat before all are used.
func (s source) jobID(prefix string, n uint64) string {
	return prefix + digits(s.permute("job", n, jobIDs), jobAlphabet, jobIDLength)
}

// deliveryID returns the id of the n-th delivery.
func (s source) deliveryID(n uint64) string {
	return "dlv_" + digits(s.permute("delivery", n, deliveryIDs), deliveryAlphabet, deliveryIDLength)
}

// permute maps n to a number below all, each n below all to a different one.
func (s source) permute(kind string, n, all uint64) uint64 {
	factor := uint64(spread) % all
	for factor%2 == 0 || factor%3 == 0 {
		factor++
	}
	offset := s.rand(kind, 0).Uint64N(all)
	product := uint64(0) // of n and factor, modulo all, without overflow
	for n %= all; n > 0; n >>= 1 {
		if n&1 == 1 {
			product = (product + factor) % all
		}
		factor = factor * 2 % all
	}
	return (product + offset) % all
}

func digits(n uint64, alphabet string, length int) string {
	id := make([]byte, length)
	for i := range id {
		id[i] = alphabet[n%uint64(len(alphabet))]
		n /= uint64(len(alphabet))
	}
	return string(id)
}

// Span is a range of durations.
type Span struct{ Min, Max time.Duration }

// draw returns a duration in the range, in milliseconds.
func (s Span) draw(r *rand.Rand) time.Duration {
	if s.Max <= s.Min {
		return s.Min
	}
	return (s.Min + time.Duration(r.Int64N(int64(s.Max-s.Min)))).Truncate(time.Millisecond)
}
