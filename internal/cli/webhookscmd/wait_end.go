package webhookscmd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// end shows the deliveries that counted, says what came of the wait, and makes the exit code of it.
func (w *Waiting) end(ctx context.Context, result Outcome) error {
	report, err := w.Report(ctx, result)
	if err != nil {
		return err
	}
	rows := w.Awaited.Taken()
	if len(rows) > 0 {
		w.Printer.Head()
	}
	w.Printer.Batch(func() {
		for _, s := range rows {
			w.Printer.Row(s)
		}
	})
	return w.Say(result, report)
}

// Report is what came of the wait, for machines.
func (w *Waiting) Report(ctx context.Context, result Outcome) (output.WaitResult, error) {
	report := output.WaitResult{Outcome: string(result), Since: w.Since, Count: w.O.Count}
	if w.Awaited == nil {
		w.Awaited = newAwaited(w.O.Events, w.O.Count, w.Since)
	}
	for _, t := range w.Awaited.tally() {
		report.Events = append(report.Events, output.WaitEvent{Event: t.event, Received: t.came, Delivered: t.delivered, Failed: t.failed})
	}
	if result != OutcomeTimedOut {
		return report, nil
	}
	var err error
	report.Others, err = w.instead(ctx)
	return report, err
}

// Say says what came of the wait, and makes the exit code of it.
func (w *Waiting) Say(result Outcome, report output.WaitResult) error {
	w.Printer.WaitResult(report)
	if err := w.Printer.Err(); err != nil {
		return cmdutil.ClosedPipe(err)
	}
	rows := w.Awaited.Taken()
	switch result {
	case OutcomeTimedOut:
		return w.timedOut(report)
	case outcomeRefused:
		failed := rows[slices.IndexFunc(rows, webhook.Summary.Failed)]
		w.Printer.ClosingLine(fmt.Sprintf("%s came, and was not delivered: vidiking webhooks show %s", failed.Event, failed.ID.Short(cmdutil.ShortID)))
		return cmdutil.ErrHandler()
	default:
		w.Printer.ClosingLine(fmt.Sprintf("%s delivered, %s", display.Deliveries(len(rows)), w.From))
		return nil
	}
}

// instead counts what came otherwise.
func (w *Waiting) instead(ctx context.Context) ([]output.WaitOther, error) {
	if w.Reader == nil {
		return nil, nil
	}
	all, err := w.Reader.List(ctx, store.Query{Session: w.Session, Filter: filter.ReceivedSince(w.Since)})
	var out []output.WaitOther
	taken := w.Awaited.Taken()
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
func (w *Waiting) timedOut(r output.WaitResult) error {
	within := " within " + display.Period(w.O.Within)
	switch {
	case w.Cut:
		within = " before the end"
	case w.O.Within == 0:
		within = ""
	}
	f := &cmdutil.Failure{Code: cmdutil.ExitWaited, What: w.Unmet(r.Events...) + within}
	f.Hints = append(f.Hints, w.CameInstead(r)...)
	return f
}

// Unmet says which events did not come, and which came and have no answer yet, as what listen --hold keeps.
func (w *Waiting) Unmet(events ...output.WaitEvent) string {
	var absent, unanswered, parts []string
	for _, e := range events {
		switch {
		case e.Delivered == w.O.Count:
		case e.Received == w.O.Count:
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
func (w *Waiting) missing(e output.WaitEvent) string {
	if w.O.Count == 1 {
		return e.Event
	}
	return fmt.Sprintf("%s (%d of %d)", e.Event, e.Delivered, w.O.Count)
}

// CameInstead says what came instead, a line for each kind of it.
func (w *Waiting) CameInstead(r output.WaitResult) []string {
	if w.Reader == nil {
		return []string{"there is no delivery log yet; begin one: vidiking listen --forward localhost:3000"}
	}
	if len(r.Others) == 0 {
		return []string{"nothing else came " + w.From}
	}
	lines := []string{"came " + w.From + ":"}
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
