package view

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Readers are the ways to the delivery log, so that a long question does not keep a short one waiting. They may be one and the same.
type Readers struct {
	Wait    *store.Reader // of the log that is written in this process, where it is: that one hears at once
	Pages   *store.Reader
	Details *store.Reader
	Counts  *store.Reader
}

// StoreLog is the delivery log of a data directory as the screen reads it.
type StoreLog struct {
	Project string // of the command that shows it; empty: none

	r   Readers
	now func() time.Time

	mu   sync.Mutex
	rate rateCounter
}

// NewStoreLog makes a Log of readers.
func NewStoreLog(r Readers, now func() time.Time) *StoreLog { return &StoreLog{r: r, now: now} }

// noLogPause is how long to wait before looking whether there is a log now.
const noLogPause = 250 * time.Millisecond

// Page reads rows around a place.
func (l *StoreLog) Page(ctx context.Context, q PageQuery) (Page, error) {
	query := store.Query{Filter: q.Filter}
	bounded := q.UpTo != (store.Cursor{})
	if bounded && q.UpTo.Before(q.At) {
		q.At, q.Newer = q.UpTo, 0
	}
	w, err := l.r.Pages.Window(ctx, query, q.At, q.Older, q.Newer)
	if err != nil {
		return Page{NoLog: errors.Is(err, store.ErrNoLog)}, unlessNoLog(err)
	}
	p := Page{Rows: w.Rows, Above: w.Older || q.Older == 0, Below: w.Newer, Cursor: w.Seq}
	if q.Older == 0 && q.At == store.Oldest() {
		p.Above = false
	}
	if bounded {
		p.cut(q.UpTo)
	}
	if q.Seen != (store.Cursor{}) {
		p.Newer, err = l.r.Pages.CountAfter(ctx, query, q.Seen, MaxNewer)
	}
	return p, err
}

// cut leaves out what is behind a place.
func (p *Page) cut(upTo store.Cursor) {
	if i := slices.IndexFunc(p.Rows, func(r store.Row) bool { return upTo.Before(r.Cursor) }); i >= 0 {
		p.Rows, p.Below = p.Rows[:i], false
	}
}

func unlessNoLog(err error) error {
	if errors.Is(err, store.ErrNoLog) {
		return nil
	}
	return err
}

// Totals counts the log.
func (l *StoreLog) Totals(ctx context.Context, f filter.Filter) (t Totals, err error) {
	if t.ByStatus, err = l.r.Counts.CountByStatus(ctx, store.Query{}); err != nil {
		return t, unlessNoLog(err)
	}
	for _, n := range t.ByStatus {
		t.All += n
	}
	if l.Project != "" {
		if t.Others, err = l.r.Counts.Count(ctx, store.Query{Not: l.Project}); err != nil {
			return t, err
		}
	}
	t.Matching = t.All
	if !f.IsZero() {
		if t.Matching, err = l.r.Counts.Count(ctx, store.Query{Filter: f}); err != nil {
			return t, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t.Rate, err = l.rate.read(l.now(), func(from, to time.Time) (int, error) {
		return l.r.Counts.CountReceived(ctx, from, to)
	})
	return t, err
}

// Get reads a delivery and its replay tree.
func (l *StoreLog) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, webhook.ReplayTree, error) {
	d, err := l.r.Details.Get(ctx, id)
	if err != nil {
		return d, webhook.ReplayTree{}, err
	}
	tree, err := l.r.Details.ReplayTree(ctx, id)
	return d, tree, err
}

// Matching lists the deliveries that match a filter and were received up to a time.
func (l *StoreLog) Matching(ctx context.Context, f filter.Filter, upTo time.Time) ([]webhook.Summary, error) {
	rows, err := l.r.Counts.List(ctx, store.Query{Filter: f})
	if err != nil {
		return nil, unlessNoLog(err)
	}
	return slices.DeleteFunc(rows, func(s webhook.Summary) bool { return s.ReceivedAt.After(upTo) }), nil
}

// nearBefore is how far back a delivery of the same event is looked for.
const nearBefore = 200

// Before finds the delivery before d of the same event.
func (l *StoreLog) Before(ctx context.Context, d webhook.Delivery) (webhook.Delivery, bool, error) {
	at, err := l.r.Details.CursorOf(ctx, d.ID)
	if err != nil {
		return webhook.Delivery{}, false, err
	}
	w, err := l.r.Details.Window(ctx, store.Query{}, at, nearBefore, 0)
	if err != nil {
		return webhook.Delivery{}, false, err
	}
	for _, r := range slices.Backward(w.Rows) {
		if r.ID != d.ID && r.Event == d.Event {
			other, err := l.r.Details.Get(ctx, r.ID)
			return other, err == nil, err
		}
	}
	return webhook.Delivery{}, false, nil
}

// Wait returns when the log has changed, or is there at last.
func (l *StoreLog) Wait(ctx context.Context, cursor int64) error {
	err := l.r.Wait.Wait(ctx, cursor)
	if !errors.Is(err, store.ErrNoLog) {
		return err
	}
	select {
	case <-time.After(noLogPause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
