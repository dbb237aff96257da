package webhook

import "slices"

// Status is what became of a delivery. It is a pure function of its attempts, except where it was never to be sent.
type Status string

// The statuses.
const (
	StatusPending     Status = "pending"     // recorded, no attempt has ended yet
	StatusDelivered   Status = "delivered"   // the handler answered 2xx
	StatusRefused     Status = "refused"     // the handler answered another code
	StatusUnreachable Status = "unreachable" // the handler did not answer
	StatusTimedOut    Status = "timed_out"   // the handler did not answer in time
	StatusRejected    Status = "rejected"    // its verdict kept it from being forwarded
	StatusSkipped     Status = "skipped"     // no event or route asked for it
)

// Statuses lists every status, in the order in which help and counters name them.
func Statuses() []Status {
	return []Status{
		StatusDelivered, StatusRefused, StatusUnreachable, StatusTimedOut, StatusRejected, StatusSkipped, StatusPending,
	}
}

// Failed reports whether the status is one of those that a handler can mend: refused, unreachable, timed out.
func (s Status) Failed() bool { return worst(s) > worst(StatusDelivered) }

// Forwardable reports whether a delivery of this status is, or was, to be sent: everything but rejected and skipped.
func (s Status) Forwardable() bool { return s != StatusRejected && s != StatusSkipped }

// StatusOf derives a delivery's status from its attempts, oldest first: that of the deciding one. Without an attempt it is pending.
func StatusOf(attempts []Attempt) Status {
	if len(attempts) == 0 {
		return StatusPending
	}
	return Deciding(attempts).Status()
}

// Deciding returns the one of the attempts, oldest first, that decides the delivery's status: for each target the latest counts, and
// of several targets the worst; of equals the latest. Of none it is the zero Attempt.
func Deciding(attempts []Attempt) Attempt {
	var deciding Attempt
	var seen []string
	for _, a := range slices.Backward(attempts) {
		if slices.Contains(seen, a.Target) {
			continue
		}
		if len(seen) == 0 || worst(a.Status()) > worst(deciding.Status()) {
			deciding = a
		}
		seen = append(seen, a.Target)
	}
	return deciding
}

// LatestAt returns the latest of the attempts, oldest first, at a target; the zero Attempt if there is none.
func LatestAt(attempts []Attempt, target string) Attempt {
	for _, a := range slices.Backward(attempts) {
		if a.Target == target {
			return a
		}
	}
	return Attempt{}
}

// worst orders what several targets said: unreachable, timed out, refused, delivered.
func worst(s Status) int {
	return slices.Index([]Status{StatusDelivered, StatusRefused, StatusTimedOut, StatusUnreachable}, s)
}
