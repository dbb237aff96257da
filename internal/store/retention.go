package store

import "time"

// Retention bounds the log. What is within every bound is never pruned; what is beyond one of them is, the oldest first, when the log
// has a quiet moment. A field that is not positive has its default.
type Retention struct {
	Deliveries int           // without the rejected ones and probes
	Bytes      int64         // of the log's file, as far as it is in use
	Age        time.Duration // by ReceivedAt
	Rejected   int           // deliveries; together they take no more than a sixteenth of Bytes
	Probes     int           // likewise
}

// DefaultRetention keeps at least 100,000 deliveries, 1 GiB, 30 days; of rejected ones the newest 1,000, so that
// strangers cannot push real ones out, and of probes the newest 200.
func DefaultRetention() Retention {
	return Retention{Deliveries: 100_000, Bytes: 1 << 30, Age: 30 * 24 * time.Hour, Rejected: 1000, Probes: 200}
}

func (r Retention) orDefault() Retention {
	d := DefaultRetention()
	return Retention{
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
