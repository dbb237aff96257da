package webhookscmd

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/pause"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// follower is one run of `webhooks list --follow`. It prints the current rows, then a row for each new delivery and each new response.
type follower struct {
	reader  listen.LogReader
	printer output.Printer
	query   store.Query
	cursor  int64
}

// pollInterval is how often to check for a log that does not exist yet or is busy. It equals the interval at which a log is checked for
// changes.
const pollInterval = 50 * time.Millisecond

// maxChanges is the number of changes read at once.
const maxChanges = 256

// follow lists deliveries and prints new ones until it is interrupted or stdout is closed. It waits for a log if there is none yet.
func follow(ctx context.Context, a *cmdutil.App, q store.Query) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	for errors.Is(err, store.ErrNoLog) {
		if pause.For(ctx, pollInterval) != nil {
			return nil
		}
		r, err = cmdutil.OpenReader(ctx, a)
	}
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	project, err := cmdutil.Project(a)
	if err != nil {
		return err
	}
	others, err := r.Count(ctx, store.Query{Not: project, Probes: q.Probes})
	if err != nil {
		return err
	}
	out.Table, out.Style.Targets = true, others > 0
	f := &follower{reader: r, printer: output.New(out), query: q}
	return f.run(ctx)
}

// run lists deliveries, then follows the log until ctx is done or the log cannot be read. If the log is busy, run tries again.
func (f *follower) run(ctx context.Context) (err error) {
	if f.cursor, err = f.reader.LastSeq(ctx); err == nil { // taken before the list, so a delivery that arrives in between is not missed
		err = f.list(ctx)
	}
	for err == nil {
		if err = f.reader.Wait(ctx, f.cursor); err == nil {
			err = f.catchUp(ctx)
		}
		if errors.Is(err, store.ErrBusy) { // the cursor stays, so nothing is missed
			err = pause.For(ctx, pollInterval)
		}
	}
	if ctx.Err() != nil { // an interrupt is the normal end
		return nil
	}
	return err
}

func (f *follower) list(ctx context.Context) error {
	rows, err := f.reader.List(ctx, f.query)
	if err != nil {
		return err
	}
	f.printer.Head()
	f.printer.Batch(func() {
		for _, s := range rows {
			f.printer.Row(s)
		}
	})
	return output.ClosedPipe(f.printer.Err())
}

func (f *follower) catchUp(ctx context.Context) error {
	changes, err := f.reader.Changes(ctx, f.cursor, maxChanges)
	if err != nil {
		return err
	}
	f.printer.Batch(func() {
		for _, c := range changes {
			f.cursor = c.Seq
			if err = f.show(ctx, c); err != nil {
				return
			}
		}
	})
	return errors.Join(err, output.ClosedPipe(f.printer.Err()))
}

// show prints the current row of a changed delivery if the query selects it.
func (f *follower) show(ctx context.Context, c store.Change) error {
	if c.Kind == store.ChangeGap {
		f.printer.ClosingLine("Some deliveries were pruned before they could be shown.")
		return nil
	}
	if c.Summary.Probe && !f.query.Probes {
		return nil
	}
	d := webhook.Delivery{Summary: c.Summary}
	if f.query.Filter.NeedsContent() {
		var err error
		d, err = f.reader.Get(ctx, c.Summary.ID)
		for errors.Is(err, store.ErrBusy) && pause.For(ctx, pollInterval) == nil {
			d, err = f.reader.Get(ctx, c.Summary.ID)
		}
		var missing *store.NotFoundError
		if errors.As(err, &missing) {
			return nil // pruned in the meantime
		}
		if err != nil {
			return err
		}
	}
	if !matchesNow(f.query.Filter, &d) {
		return nil
	}
	if c.Kind == store.ChangeRecorded && c.Summary.Status.Forwardable() && c.Summary.Attempts > 0 {
		return nil // the change with its attempt comes next
	}
	f.printer.Row(c.Summary)
	return nil
}

// matchesNow reports whether the filter selects the delivery in its current state.
func matchesNow(f filter.Filter, d *webhook.Delivery) bool { return f.IsZero() || f.Match(d) }
