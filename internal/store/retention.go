package store

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/retention"
)

// Retention limits the log. Deliveries within all limits are never pruned. Beyond a limit, the writer prunes the oldest ones while it is
// idle, except those that are still to be sent. A field that is not positive has its default.
type Retention struct {
	Deliveries int           // without rejected deliveries and probes
	Bytes      int64         // used by the log's file
	Age        time.Duration // since ReceivedAt
	Rejected   int           // rejected deliveries; together they use at most a sixteenth of Bytes
	Probes     int           // probes, with the same limit
}

// DefaultRetention keeps at least 100,000 deliveries, 1 GiB and 30 days. It keeps only the newest 1,000 rejected deliveries, because
// strangers must not displace real ones, and the newest 1,000 probes.
func DefaultRetention() Retention {
	return Retention{Deliveries: 100_000, Bytes: 1 << 30, Age: 30 * 24 * time.Hour, Rejected: 1000, Probes: 1000}
}

func (r Retention) limits() retention.Limits {
	d := DefaultRetention()
	return retention.Limits{
		Deliveries: positive(r.Deliveries, d.Deliveries),
		Bytes:      positive(r.Bytes, d.Bytes),
		Age:        positive(r.Age, d.Age),
		Rejected:   positive(r.Rejected, d.Rejected),
		Probes:     positive(r.Probes, d.Probes),
	}
}

func positive[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}
