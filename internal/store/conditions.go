package store

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// eventsMatch is the condition that the event is one of the names, or like one that has a *.
func eventsMatch(events []string) (text string, args []any) {
	var any []string
	for _, event := range events {
		if strings.Contains(event, "*") {
			any = append(any, "d.event GLOB ?")
			args = append(args, globOf(event))
			continue
		}
		any = append(any, "d.event = ?")
		args = append(args, event)
	}
	return "(" + strings.Join(any, " OR ") + ")", args
}

// globOf leaves * its meaning and takes it from what else GLOB would understand.
func globOf(event string) string {
	return strings.NewReplacer("?", "[?]", "[", "[[]").Replace(event)
}

// failed is webhook.Summary.Failed, in the words of the index delivery_failed, so that it is used.
func failed() string {
	var statuses []string
	for _, s := range webhook.Statuses() {
		if s.Failed() {
			statuses = append(statuses, "'"+string(s)+"'")
		}
	}
	return "d.status IN (" + strings.Join(statuses, ", ") + ") AND d.mended_by = ''"
}

func oneOf[T ~string](column string, values []T) (text string, args []any) {
	for _, v := range values {
		args = append(args, string(v))
	}
	return column + " IN (?" + strings.Repeat(", ?", len(values)-1) + ")", args
}

// ceilMilli is the first whole millisecond that is not before t: times in the log are whole ones.
func ceilMilli(t time.Time) int64 {
	return t.Add(time.Millisecond - time.Nanosecond).UnixMilli()
}
