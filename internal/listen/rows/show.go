package rows

import (
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// show prints one change, or the attempts of one delivery at several targets.
func (l *View) show(changes []store.Change) {
	s := changes[0].Summary
	if s.Session != l.o.Session && (l.o.IsResumed == nil || !l.o.IsResumed(s.ID)) {
		return
	}
	switch changes[0].Kind {
	case store.ChangeRecorded:
		s = stateWhenRecorded(s)
		if !l.selects(s) {
			return
		}
		if s.Status.Forwardable() {
			l.waiting[s.ID] = &waiting{summary: s}
		}
		l.o.Printer.Recorded(s)
		if s.Status == webhook.StatusRejected {
			l.printHint(s, webhook.Attempt{})
		}
	case store.ChangeAttempted:
		each := make([]webhook.Attempt, len(changes))
		for i, c := range changes {
			each[i] = c.Attempt
		}
		a := webhook.Deciding(each)
		s = stateAfterAttempts(s, each)
		delete(l.waiting, s.ID)
		if !l.selects(s) {
			return
		}
		l.o.Printer.Attempted(s, a, output.Detail{Attempts: each})
		l.printHint(s, a)
		l.warnSignature(s)
	}
}

// groupAttempts returns how many changes, from the first on, are attempts at several targets that were made together.
func groupAttempts(changes []store.Change) int {
	n := 1
	for n < len(changes) && changes[n].Kind == store.ChangeAttempted && changes[0].Kind == store.ChangeAttempted &&
		changes[n].Seq == changes[0].Seq && changes[n].Summary.ID == changes[0].Summary.ID {
		n++
	}
	return n
}

// selects reports whether the view shows a delivery: no other program does, and the filter selects it.
func (l *View) selects(s webhook.Summary) bool {
	if l.o.Hides != nil && l.o.Hides(s) {
		return false
	}
	f := l.o.Filter
	if f.IsZero() {
		return true
	}
	d := webhook.Delivery{Summary: s}
	if f.NeedsContent() {
		var err error
		if d, err = l.o.Feed.Get(l.ctx, s.ID); err != nil {
			return true // pruned in the meantime, or the log cannot be read: better one row too many
		}
		d.Summary = s
	}
	return f.Match(&d)
}

// stateWhenRecorded returns the delivery as it was when it was recorded. The log has its current state, but the view
// shows what happened in order.
func stateWhenRecorded(s webhook.Summary) webhook.Summary {
	if s.Status.Forwardable() {
		s.Status, s.ResolvedBy = webhook.StatusPending, ""
		s.Attempts, s.Target, s.Code, s.Duration, s.Failure = 0, "", 0, 0, ""
	}
	return s
}

// stateAfterAttempts returns the delivery as it was after these attempts.
func stateAfterAttempts(s webhook.Summary, each []webhook.Attempt) webhook.Summary {
	s.ResolvedBy = ""
	if last := each[len(each)-1].N; s.Attempts != last {
		a := webhook.Deciding(each)
		s.Status, s.Attempts = a.Status(), last
		s.Target, s.Code, s.Duration, s.Failure = a.Target, a.Code, a.Duration, a.Failure
	}
	return s
}
