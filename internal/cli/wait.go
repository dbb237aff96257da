package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// waitOptions is what the flags of `webhooks wait` say.
type waitOptions struct {
	events []string
	since  string
	count  int
	within time.Duration
}

// sinceStart is the --since that means the beginning of the listen.
const sinceStart = "start"

func (a *app) wait() *cobra.Command {
	o := &waitOptions{}
	cmd := &cobra.Command{
		Use:   "wait EVENT…",
		Short: "Wait until events came and were delivered",
		Long: `Waits until deliveries of an event came and your handler took them: the assertion of a test whose listen runs in another process.
It looks at the delivery log, so that it counts what came before, too.

--since start is when the running listen began (of several, the one that trigger would send through); where none runs, when the last
one received its first delivery. The first N of each event since then are what counts. What listen rejected or skipped did not come, and
a replay counts for what it repeats. What listen holds, or tries again, is waited for.`,
		Example: `  vidiking webhooks wait render.complete
  vidiking webhooks wait render.queued render.complete --within 30s
  vidiking webhooks wait 'render.*' --count 3 --since 10m
  vidiking webhooks wait render.complete --within 0s`,
		Annotations: manual{
			exits: `0 they came, and were delivered
1 it failed
2 it was called or configured wrongly
3 a handler refused one of them, or could not be reached
5 they did not come in time`,
			seeAlso: "listen, trigger, webhooks list",
		}.annotations(),
		ValidArgsFunction: completeEventPatterns,
		Args:              cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.events = args
			if err := o.check(); err != nil {
				return err
			}
			return a.runWait(cmd.Context(), o)
		},
	}
	if !a.mayRun(cmd) {
		return cmd
	}
	f := cmd.Flags()
	f.StringVar(&o.since, "since", sinceStart, "count what was received since `WHEN`: start, or as in 1h, 14:03 or 2026-03-02")
	f.IntVar(&o.count, "count", 1, "wait for `N` of each event")
	f.DurationVar(&o.within, "within", time.Minute, "wait no longer than `DURATION` (default 60s); 0s looks once")
	_ = cmd.RegisterFlagCompletionFunc("since", cobra.FixedCompletions([]string{sinceStart, "10m", "1h"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *waitOptions) check() error {
	switch {
	case len(o.events) == 0:
		return usage("which event?", "vidiking webhooks wait render.complete", "all events: vidiking trigger --list")
	case o.count < 1:
		return usage(fmt.Sprintf("--count %d waits for nothing", o.count), "as in --count 3")
	case o.within < 0:
		return usage(fmt.Sprintf("--within %s is less than nothing", o.within), "0s looks once")
	}
	for _, e := range o.events {
		if err := checkEventPattern(e); err != nil {
			return err
		}
	}
	slices.Sort(o.events)
	o.events = slices.Compact(o.events)
	return nil
}

// waiting is one run of `webhooks wait`.
type waiting struct {
	app     *app
	o       *waitOptions
	printer output.Printer
	reader  *store.Reader // nil while there is no log
	session string        // of that listen alone; empty: of any
	since   time.Time
	from    string // what since is, in words
	awaited *awaited
	cursor  int64
	cut     bool // it ended before its time was up
}

func (a *app) runWait(ctx context.Context, o *waitOptions) error {
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	w := &waiting{app: a, o: o, printer: output.New(out)}
	if o.since != sinceStart {
		if w.since, err = a.when("--since", o.since); err != nil {
			return err
		}
		w.from = "since " + a.clockOf(w.since)
	}
	defer func() {
		if w.reader != nil {
			_ = w.reader.Close()
		}
	}()
	result, err := w.until(ctx)
	if err != nil {
		return err
	}
	return w.end(ctx, result)
}

// until looks until it is known what comes of the wait, or time is up.
func (w *waiting) until(ctx context.Context) (outcome, error) {
	timed, cancel := context.WithTimeout(ctx, w.o.within)
	defer cancel()
	// The first look is made in any case: --within 0s is that and no more.
	result, err := w.look(ctx)
	for err == nil && result == outcomeOpen {
		if err = w.next(timed); err == nil {
			result, err = w.look(ctx)
		}
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return w.atLast(), nil
	}
	return result, err
}

// logInterval is how often it is looked whether there is a log by now: as often as for changes in one.
const logInterval = 50 * time.Millisecond

// next returns when there is something new to look at.
func (w *waiting) next(ctx context.Context) error {
	if w.reader == nil {
		return pause(ctx, logInterval)
	}
	return w.reader.Wait(ctx, w.cursor)
}

// look takes in what is new in the log, and says how the wait stands.
func (w *waiting) look(ctx context.Context) (outcome, error) {
	if err := w.open(ctx); w.reader == nil || err != nil {
		return outcomeOpen, err
	}
	if err := w.begin(ctx); err != nil {
		return outcomeOpen, err
	}
	var err error
	for more := true; more; {
		if more, err = w.read(ctx); err != nil {
			return outcomeOpen, err
		}
	}
	result := w.awaited.outcome()
	if result != outcomeRefused {
		return result, nil
	}
	return w.refused(ctx)
}

// refused says that a handler refused, unless all that failed is still to be sent: it is held, or tried again.
func (w *waiting) refused(ctx context.Context) (outcome, error) {
	for _, s := range w.awaited.taken() {
		if !s.Failed() {
			continue
		}
		if due, err := w.reader.IsDue(ctx, s.ID); err != nil || !due {
			return outcomeRefused, err
		}
	}
	return outcomeOpen, nil
}

// atLast is what has come of the wait when time is up.
func (w *waiting) atLast() outcome {
	if w.awaited != nil && w.awaited.outcome() == outcomeRefused {
		return outcomeRefused
	}
	return outcomeTimedOut
}

// open opens the log, where there is one by now.
func (w *waiting) open(ctx context.Context) (err error) {
	if w.reader != nil {
		return nil
	}
	if w.reader, err = w.app.openReader(ctx); errors.Is(err, store.ErrNoLog) {
		return nil
	}
	if err != nil {
		return err
	}
	if w.o.since == sinceStart {
		w.since, w.from, err = w.app.listenStart(ctx, w.reader)
	}
	return err
}

// begin takes in what is in the log already, the first time.
func (w *waiting) begin(ctx context.Context) error {
	if w.awaited != nil {
		return nil
	}
	cursor, err := w.reader.Cursor(ctx) // before the list: what comes in between is seen twice, and not missed
	if err != nil {
		return err
	}
	rows, err := w.reader.List(ctx, store.Query{Session: w.session, Filter: filter.ReceivedSince(w.since).And(filter.WithEvent(w.o.events...))})
	if err != nil {
		return err
	}
	w.cursor, w.awaited = cursor, newAwaited(w.o.events, w.o.count, w.since)
	for _, s := range rows {
		w.awaited.see(s)
	}
	return nil
}

// read takes in some of the changes, and reports whether there may be more.
func (w *waiting) read(ctx context.Context) (more bool, err error) {
	const most = 1000
	changes, err := w.reader.Changes(ctx, w.cursor, most)
	for _, c := range changes {
		w.cursor = c.Seq
		// What is pruned came before what is awaited.
		if c.Kind != store.ChangeGap && (w.session == "" || c.Summary.Session == w.session) {
			w.awaited.see(c.Summary)
		}
	}
	return len(changes) >= most, err
}

// listenStart is when the listen began, in words too.
func (a *app) listenStart(ctx context.Context, r *store.Reader) (at time.Time, from string, err error) {
	dir, err := a.dataDir()
	if err != nil {
		return at, "", err
	}
	live, err := session.Live(dir)
	if err != nil {
		return at, "", err
	}
	if s, ok := a.choose(live); ok {
		at = s.StartedAt.Truncate(time.Millisecond) // as the log has its times
		return at, "since " + a.clockOf(at) + ", when listen began", nil
	}
	at, ok, err := r.LastSession(ctx)
	if !ok {
		return time.Time{}, "since the log began", err
	}
	return at, "since " + a.clockOf(at) + ", when the last listen received its first delivery", nil
}

// clockOf is a time as --since takes it.
func (a *app) clockOf(t time.Time) string {
	local, now := t.In(a.w.Location), a.w.Now().In(a.w.Location)
	if local.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return local.Format(time.TimeOnly)
	}
	return local.Format("2006-01-02T15:04:05")
}

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
func (w *waiting) report(ctx context.Context, result outcome) (output.Waited, error) {
	report := output.Waited{Outcome: string(result), Since: w.since, Count: w.o.count}
	if w.awaited == nil {
		w.awaited = newAwaited(w.o.events, w.o.count, w.since)
	}
	for _, t := range w.awaited.tally() {
		report.Events = append(report.Events, output.WaitedEvent{Event: t.event, Came: t.came, Delivered: t.delivered, Failed: t.failed})
	}
	if result != outcomeTimedOut {
		return report, nil
	}
	var err error
	report.Instead, err = w.instead(ctx)
	return report, err
}

// say says what came of the wait, and makes the exit code of it.
func (w *waiting) say(result outcome, report output.Waited) error {
	w.printer.Waited(report)
	if err := w.printer.Err(); err != nil {
		return closedPipe(err)
	}
	rows := w.awaited.taken()
	switch result {
	case outcomeTimedOut:
		return w.timedOut(report)
	case outcomeRefused:
		failed := rows[slices.IndexFunc(rows, webhook.Summary.Failed)]
		w.printer.Close(fmt.Sprintf("%s came, and was not delivered: vidiking webhooks show %s", failed.Event, failed.ID.Short(shortID)))
		return errHandler()
	default:
		w.printer.Close(fmt.Sprintf("%s delivered, %s", deliveries(len(rows)), w.from))
		return nil
	}
}

// instead counts what came otherwise.
func (w *waiting) instead(ctx context.Context) ([]output.WaitedInstead, error) {
	if w.reader == nil {
		return nil, nil
	}
	all, err := w.reader.List(ctx, store.Query{Session: w.session, Filter: filter.ReceivedSince(w.since)})
	var out []output.WaitedInstead
	taken := w.awaited.taken()
	for _, s := range all {
		same := func(t webhook.Summary) bool { return t.ID == s.ID && t.Status == webhook.StatusDelivered }
		if slices.ContainsFunc(taken, same) {
			continue
		}
		i := slices.IndexFunc(out, func(o output.WaitedInstead) bool { return o.Event == s.Event && o.Status == s.Status })
		if i < 0 {
			i = len(out)
			out = append(out, output.WaitedInstead{Event: s.Event, Status: s.Status})
		}
		out[i].Count++
	}
	return out, err
}

// timedOut says what did not come, and what did instead.
func (w *waiting) timedOut(r output.Waited) error {
	var missing []string
	for _, e := range r.Events {
		if e.Delivered < w.o.count {
			missing = append(missing, w.missing(e))
		}
	}
	within := " within " + display.Period(w.o.within)
	switch {
	case w.cut:
		within = " before the end"
	case w.o.within == 0:
		within = ""
	}
	f := &failure{code: exitWaited, what: strings.Join(missing, ", ") + " did not come" + within}
	f.hint = append(f.hint, w.cameInstead(r)...)
	return f
}

// missing is an event that did not come, with how many of it did.
func (w *waiting) missing(e output.WaitedEvent) string {
	if w.o.count == 1 {
		return e.Event
	}
	return fmt.Sprintf("%s (%d of %d)", e.Event, e.Delivered, w.o.count)
}

// cameInstead says what came instead, a line for each kind of it.
func (w *waiting) cameInstead(r output.Waited) []string {
	if w.reader == nil {
		return []string{"there is no delivery log yet; begin one: vidiking listen --forward localhost:3000"}
	}
	if len(r.Instead) == 0 {
		return []string{"nothing else came " + w.from}
	}
	lines := []string{"came " + w.from + ":"}
	for _, i := range r.Instead {
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
