package listen

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Report returns the result of the wait as it is printed.
func (w *Waiter) Report(ctx context.Context, result Result) (output.WaitResult, error) {
	report := output.WaitResult{Outcome: string(result), Since: w.Since, Count: w.Count}
	if w.expectation == nil {
		w.expectation = newExpectation(w.Events, w.Count, w.Since)
	}
	for _, t := range w.expectation.tally() {
		report.Events = append(report.Events, output.WaitEvent{Event: t.event, Received: t.received, Delivered: t.delivered, Failed: t.failed})
	}
	if result != ResultTimedOut {
		return report, nil
	}
	var err error
	report.Others, err = w.others(ctx)
	return report, err
}

// Print prints the result, and returns the error that the command ends with.
func (w *Waiter) Print(result Result, report output.WaitResult) error {
	w.Printer.WaitResult(report)
	if err := w.Printer.Err(); err != nil {
		return output.ClosedPipe(err)
	}
	rows := w.Counted()
	switch result {
	case ResultTimedOut:
		return w.timeoutError(report)
	case ResultRefused:
		failed := rows[slices.IndexFunc(rows, webhook.Summary.Failed)]
		w.Printer.ClosingLine(fmt.Sprintf("%s arrived, but was not delivered: vidiking webhooks show %s", failed.Event, failed.ID.Short(shortID)))
		return output.ErrSilent{Code: output.ExitHandler}
	default:
		w.Printer.ClosingLine(fmt.Sprintf("%s delivered, %s", display.Deliveries(len(rows)), w.From))
		return nil
	}
}

// others counts the deliveries that arrived but don't satisfy the wait.
func (w *Waiter) others(ctx context.Context) ([]output.WaitOther, error) {
	if w.Reader == nil {
		return nil, nil
	}
	all, err := w.Reader.List(ctx, store.Query{Session: w.Session, Filter: filter.ReceivedSince(w.Since)})
	var out []output.WaitOther
	counted := w.Counted()
	for _, s := range all {
		same := func(t webhook.Summary) bool { return t.ID == s.ID && t.Status == webhook.StatusDelivered }
		if slices.ContainsFunc(counted, same) {
			continue
		}
		i := slices.IndexFunc(out, func(o output.WaitOther) bool { return o.Event == s.Event && o.Status == s.Status })
		if i < 0 {
			i = len(out)
			out = append(out, output.WaitOther{Event: s.Event, Status: s.Status})
		}
		out[i].Count++
	}
	return out, err
}

// timeoutError names the missing deliveries, and what arrived instead.
func (w *Waiter) timeoutError(r output.WaitResult) error {
	within := " within " + display.Period(w.Within)
	switch {
	case w.cut:
		within = " before the end"
	case w.Within == 0:
		within = ""
	}
	return &output.Failure{Code: output.ExitWaited, What: w.missing(r.Events...) + within, Hints: w.othersText(r)}
}

// missing names the events that did not arrive, and those that arrived but have no response yet, such as deliveries held by
// listen --hold.
func (w *Waiter) missing(events ...output.WaitEvent) string {
	var absent, unanswered, parts []string
	for _, e := range events {
		switch {
		case e.Delivered == w.Count:
		case e.Received == w.Count:
			unanswered = append(unanswered, w.progress(e))
		default:
			absent = append(absent, w.progress(e))
		}
	}
	if len(absent) > 0 {
		parts = append(parts, strings.Join(absent, ", ")+" did not arrive")
	}
	if len(unanswered) > 0 {
		parts = append(parts, strings.Join(unanswered, ", ")+" got no response")
	}
	return strings.Join(parts, ", and ")
}

// progress names an event and the filter, with the number of its deliveries so far if several are expected.
func (w *Waiter) progress(e output.WaitEvent) string {
	name := e.Event
	if w.FilterText != "" {
		name += " with " + strconv.Quote(w.FilterText)
	}
	if w.Count == 1 {
		return name
	}
	return fmt.Sprintf("%s (%d of %d)", name, e.Delivered, w.Count)
}

// othersText lists what arrived instead, one line for each event and status.
func (w *Waiter) othersText(r output.WaitResult) []string {
	if w.Reader == nil {
		return []string{"there is no delivery log yet; to start one: vidiking listen --forward localhost:3000"}
	}
	if len(r.Others) == 0 {
		return []string{"no other deliveries arrived " + w.From}
	}
	lines := []string{"arrived " + w.From + ":"}
	for _, o := range r.Others {
		event := display.Clean(o.Event)
		if event == "" {
			event = "no event"
		}
		word := strings.ReplaceAll(string(o.Status), "_", " ")
		if o.Status == webhook.StatusPending {
			word = "no response yet"
		}
		lines = append(lines, fmt.Sprintf("%s × %s, %s", display.Count(o.Count), event, word))
	}
	return lines
}

// shortID is how many characters of an id messages show.
const shortID = 6
