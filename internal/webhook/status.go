package webhook

import "slices"

// Status is the state of a delivery. It is a pure function of its attempts, except for deliveries that are not forwarded.
type Status string

// The statuses.
const (
	StatusPending     Status = "pending"     // recorded; no attempt has ended yet
	StatusDelivered   Status = "delivered"   // the handler returned 2xx
	StatusRefused     Status = "refused"     // the handler returned another code
	StatusUnreachable Status = "unreachable" // the handler did not respond
	StatusTimedOut    Status = "timed_out"   // the handler did not respond in time
	StatusRejected    Status = "rejected"    // not forwarded because of its verdict
	StatusSkipped     Status = "skipped"     // no event filter or route selects it
)

// Statuses returns all statuses in the order of help texts and counters.
func Statuses() []Status {
	return []Status{
		StatusDelivered, StatusRefused, StatusUnreachable, StatusTimedOut, StatusRejected, StatusSkipped, StatusPending,
	}
}

// Failed reports whether the handler has to be fixed or started: refused, unreachable, timed out.
func (s Status) Failed() bool { return severity(s) > severity(StatusDelivered) }

// Forwardable reports whether deliveries of this status are forwarded: all except rejected and skipped.
func (s Status) Forwardable() bool { return s != StatusRejected && s != StatusSkipped }

// StatusOf returns the status of the deciding attempt, given all attempts, oldest first. Without attempts it is pending.
func StatusOf(attempts []Attempt) Status {
	if len(attempts) == 0 {
		return StatusPending
	}
	return Deciding(attempts).Status()
}

// Deciding returns the attempt that decides the delivery's status, given all attempts, oldest first. The latest attempt of each
// target counts, and of several targets the worst; the later attempt wins a tie. Without attempts it returns the zero Attempt.
func Deciding(attempts []Attempt) Attempt {
	var deciding Attempt
	var seen []string
	for _, a := range slices.Backward(attempts) {
		if slices.Contains(seen, a.Target) {
			continue
		}
		if len(seen) == 0 || severity(a.Status()) > severity(deciding.Status()) {
			deciding = a
		}
		seen = append(seen, a.Target)
	}
	return deciding
}

// LatestAt returns the latest attempt at a target, given all attempts, oldest first. It returns the zero Attempt if there is
// none.
func LatestAt(attempts []Attempt, target string) Attempt {
	for _, a := range slices.Backward(attempts) {
		if a.Target == target {
			return a
		}
	}
	return Attempt{}
}

// severity ranks statuses: unreachable is worst, then timed out, refused, delivered.
func severity(s Status) int {
	return slices.Index([]Status{StatusDelivered, StatusRefused, StatusTimedOut, StatusUnreachable}, s)
}
