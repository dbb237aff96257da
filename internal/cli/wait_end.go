package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// end shows the deliveries that counted, says what came of the wait, and makes the exit code of it.
func (w *waiting) end(ctx context.Context, result outcome) error {
	report, err := w.report(ctx, result)
	if err != nil {
		return err
	}
	rows := w.awaited.taken()
	if len(rows) > 0 {
		w.printer.Head()
	}
	w.printer.Batch(func() {
		for _, s := range rows {
			w.printer.Row(s)
		}
	})
	return w.say(result, report)
}

// report is what came of the wait, for machines.
func (w *waiting) report(ctx context.Context, result outcome) (output.WaitResult, error) {
	report := output.WaitResult{Outcome: string(result), Since: w.since, Count: w.o.count}
	if w.awaited == nil {
		w.awaited = newAwaited(w.o.events, w.o.count, w.since)
	}
	for _, t := range w.awaited.tally() {
		report.Events = append(report.Events, output.WaitEvent{Event: t.event, Received: t.came, Delivered: t.delivered, Failed: t.failed})
	}
	if result != outcomeTimedOut {
		return report, nil
	}
	var err error
	report.Others, err = w.instead(ctx)
	return report, err
}

// say says what came of the wait, and makes the exit code of it.
func (w *waiting) say(result outcome, report output.WaitResult) error {
	w.printer.WaitResult(report)
	if err := w.printer.Err(); err != nil {
		return closedPipe(err)
	}
	rows := w.awaited.taken()
	switch result {
	case outcomeTimedOut:
		return w.timedOut(report)
	case outcomeRefused:
		failed := rows[slices.IndexFunc(rows, webhook.Summary.Failed)]
		w.printer.ClosingLine(fmt.Sprintf("%s came, and was not delivered: vidiking webhooks show %s", failed.Event, failed.ID.Short(shortID)))
		return errHandler()
	default:
		w.printer.ClosingLine(fmt.Sprintf("%s delivered, %s", display.Deliveries(len(rows)), w.from))
		return nil
	}
}

// instead counts what came otherwise.
func (w *waiting) instead(ctx context.Context) ([]output.WaitOther, error) {
	if w.reader == nil {
		return nil, nil
	}
	all, err := w.reader.List(ctx, store.Query{Session: w.session, Filter: filter.ReceivedSince(w.since)})
	var out []output.WaitOther
	taken := w.awaited.taken()
	for _, s := range all {
		same := func(t webhook.Summary) bool { return t.ID == s.ID && t.Status == webhook.StatusDelivered }
		if slices.ContainsFunc(taken, same) {
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

// timedOut says what did not come, and what did instead.
func (w *waiting) timedOut(r output.WaitResult) error {
	within := " within " + display.Period(w.o.within)
	switch {
	case w.cut:
		within = " before the end"
	case w.o.within == 0:
		within = ""
	}
	f := &failure{code: exitWaited, what: w.unmet(r.Events...) + within}
	f.hint = append(f.hint, w.cameInstead(r)...)
	return f
}

// unmet says which events did not come, and which came and have no answer yet, as what listen --hold keeps.
func (w *waiting) unmet(events ...output.WaitEvent) string {
	var absent, unanswered, parts []string
	for _, e := range events {
		switch {
		case e.Delivered == w.o.count:
		case e.Received == w.o.count:
			unanswered = append(unanswered, w.missing(e))
		default:
			absent = append(absent, w.missing(e))
		}
	}
	if len(absent) > 0 {
		parts = append(parts, strings.Join(absent, ", ")+" did not come")
	}
	if len(unanswered) > 0 {
		parts = append(parts, strings.Join(unanswered, ", ")+" came without an answer")
	}
	return strings.Join(parts, ", and ")
}

// missing is an event of which something is missing, with how many of it were delivered.
func (w *waiting) missing(e output.WaitEvent) string {
	if w.o.count == 1 {
		return e.Event
	}
	return fmt.Sprintf("%s (%d of %d)", e.Event, e.Delivered, w.o.count)
}

// cameInstead says what came instead, a line for each kind of it.
func (w *waiting) cameInstead(r output.WaitResult) []string {
	if w.reader == nil {
		return []string{"there is no delivery log yet; begin one: vidiking listen --forward localhost:3000"}
	}
	if len(r.Others) == 0 {
		return []string{"nothing else came " + w.from}
	}
	lines := []string{"came " + w.from + ":"}
	for _, i := range r.Others {
		event := display.Clean(i.Event)
		if event == "" {
			event = "no payload"
		}
		word := strings.ReplaceAll(string(i.Status), "_", " ")
		if i.Status == webhook.StatusPending {
			word = "not answered yet"
		}
		lines = append(lines, fmt.Sprintf("%s × %s, %s", display.Count(i.Count), event, word))
	}
	return lines
}
