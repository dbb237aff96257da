package display

import (
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TabRow is a delivery's line for what is not a terminal: nothing is cut or coloured, one tab stands between columns, and every
// column is there even where it is empty. The columns, which [TabHead] names:
//
//	time       when it was received, RFC 3339 with the local offset
//	event
//	about
//	status     the word as the filter takes it: delivered, timed_out, …
//	code       of the latest answer
//	took       of the latest attempt, as in a row
//	id         whole
//	origin
//	size
//	attempts   how many
//	again      the earlier delivery that this one sends again, or whose bytes it repeats
//	resolved_by  the replay that was delivered after this one failed
//	target     of the attempt that decides the status
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

// TabHead names the columns of a TabRow.
func TabHead() string {
	return tabs([]string{
		"time", "event", "about", "status", "code", "took", "id", "origin", "size", "attempts", "again", "resolved_by", "target",
	})
}

func tabs(columns []string) string { return strings.Join(columns, "\t") }

// numeral writes n, or nothing for 0, which is how an absent one is kept.
func numeral(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
