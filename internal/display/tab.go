package display

import (
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TabRow returns the row of a delivery for output that is not a terminal. Nothing is truncated or colored, columns are
// separated by tabs, and empty columns are kept. The columns:
//
//	time         when it was received, RFC 3339 with the local offset
//	event
//	about
//	status       as in filters: delivered, timed_out, …
//	code         of the latest response
//	took         of the latest attempt, as in a row
//	id           the full id
//	origin
//	size
//	attempts     the number of attempts
//	again        the earlier delivery that this one replays or whose bytes it repeats
//	resolved_by  the replay that was delivered after this one failed
//	target       of the attempt that decides the status
func TabRow(s webhook.Summary, st Style) string {
	again := s.ReplayOf
	if again == "" {
		again = s.SameBodyAs
	}
	took := st.took(webhook.Summary{Status: s.Status, Duration: s.Duration, Attempts: s.Attempts}).String()
	return tabs([]string{
		st.local(s.ReceivedAt).Format(time.RFC3339), st.Clean(s.Event), st.Clean(s.About), st.Clean(string(s.Status)),
		numeral(s.Code), took, st.Clean(string(s.ID)), st.Clean(string(s.Origin)), Bytes(s.BodyBytes), numeral(s.Attempts),
		st.Clean(string(again)), st.Clean(string(s.ResolvedBy)), st.Clean(s.Target),
	})
}

func tabs(columns []string) string { return strings.Join(columns, "\t") }

// numeral formats n, or returns an empty string for 0, which means unknown.
func numeral(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
