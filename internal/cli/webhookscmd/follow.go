package webhookscmd

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// following is a run of `webhooks list --follow`: the rows there are, then each delivery that comes, or has its answer.
type following struct {
	reader  listen.LogReader
	printer output.Printer
	query   store.Query
	cursor  int64
}

// pollInterval is how often to check for a log that does not exist yet, or is busy. It equals the interval for changes in a log.
const pollInterval = 50 * time.Millisecond

// followBatch is how many changes are read at once.
const followBatch = 256

// follow lists, and goes on until it is interrupted or nobody reads on. Where there is no log yet it waits for one.
func follow(ctx context.Context, a *cmdutil.App, q store.Query) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	for errors.Is(err, store.ErrNoLog) {
		if cmdutil.Pause(ctx, pollInterval) != nil {
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
	others, err := r.Count(ctx, store.Query{Not: project})
	if err != nil {
		return err
	}
	out.Style.Targets = others > 0
	f := &following{reader: r, printer: output.New(out), query: q}
	return f.run(ctx)
}

// run lists, and then follows until ctx is done or the log cannot be read. A log that is busy is read again.
func (f *following) run(ctx context.Context) (err error) {
	if f.cursor, err = f.reader.LastSeq(ctx); err == nil { // before the list: what comes in between is in both, and not in neither
		err = f.list(ctx)
	}
	for err == nil {
		if err = f.reader.Wait(ctx, f.cursor); err == nil {
			err = f.catchUp(ctx)
		}
		if errors.Is(err, store.ErrBusy) { // the cursor stays, so nothing is missed
			err = cmdutil.Pause(ctx, pollInterval)
		}
	}
	if ctx.Err() != nil { // an interrupt is how it ends
		return nil
	}
	return err
}

func (f *following) list(ctx context.Context) error {
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
	return cmdutil.ClosedPipe(f.printer.Err())
}

func (f *following) catchUp(ctx context.Context) error {
	changes, err := f.reader.Changes(ctx, f.cursor, followBatch)
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
	return errors.Join(err, cmdutil.ClosedPipe(f.printer.Err()))
}

// show shows how a delivery stands after a change, if the change is one of what is selected.
func (f *following) show(ctx context.Context, c store.Change) error {
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
		for errors.Is(err, store.ErrBusy) && cmdutil.Pause(ctx, pollInterval) == nil {
			d, err = f.reader.Get(ctx, c.Summary.ID)
		}
		var gone *store.NotFoundError
		if errors.As(err, &gone) {
			return nil // pruned since
		}
		if err != nil {
			return err
		}
	}
	if !matchesNow(f.query.Filter, &d) {
		return nil
	}
	if c.Kind == store.ChangeRecorded && c.Summary.Status.Forwardable() && c.Summary.Attempts > 0 {
		return nil // its attempt, which comes next, says more
	}
	f.printer.Row(c.Summary)
	return nil
}

// matchesNow reports whether the filter selects the delivery as it is.
func matchesNow(f filter.Filter, d *webhook.Delivery) bool { return f.IsZero() || f.Match(d) }
