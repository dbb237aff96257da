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

// Readers are the readers of the delivery log, one per kind of query: a slow query doesn't delay a fast one. They can be the same reader.
type Readers struct {
	Wait    *store.Reader // if this process writes the log, the reader of that log: it notices changes immediately
	Pages   *store.Reader
	Details *store.Reader
	Counts  *store.Reader
}

// StoreLog implements Log for the delivery log of a data directory.
type StoreLog struct {
	Project string // the viewing command's project; empty: none

	r   Readers
	now func() time.Time

	mu   sync.Mutex
	rate rateCounter

	bodies bodyKinds
}

// NewStoreLog returns a Log that reads from r.
func NewStoreLog(r Readers, now func() time.Time) *StoreLog { return &StoreLog{r: r, now: now} }

// noLogPoll is the interval at which Wait checks whether a log has been created.
const noLogPoll = 250 * time.Millisecond

// Page returns the rows around a position.
func (l *StoreLog) Page(ctx context.Context, q PageQuery) (Page, error) {
	p, err := l.readPage(ctx, q)
	if errors.Is(err, store.ErrNoLog) { // perhaps deleted in the meantime
		return Page{NoLog: true}, nil
	}
	return p, err
}

func (l *StoreLog) readPage(ctx context.Context, q PageQuery) (Page, error) {
	query := store.Query{Filter: q.Filter}
	bounded := q.UpTo != (store.Cursor{})
	if bounded && q.UpTo.Before(q.At) {
		q.At, q.Newer = q.UpTo, 0
	}
	w, err := l.r.Pages.Window(ctx, query, q.At, q.Older, q.Newer)
	if err != nil {
		return Page{}, err
	}
	p := Page{Rows: w.Rows, HasOlder: w.Older || q.Older == 0, HasNewer: w.Newer, Cursor: w.Seq}
	if q.Older == 0 && q.At == store.Oldest() {
		p.HasOlder = false
	}
	if bounded {
		p.truncate(q.UpTo)
	}
	if p.NotJSON, err = l.bodies.notJSON(ctx, l.r.Pages, p.Rows); err != nil {
		return p, err
	}
	if q.LastSeen != (store.Cursor{}) {
		p.UnseenCount, err = l.r.Pages.CountAfter(ctx, query, q.LastSeen, MaxUnseen)
	}
	return p, err
}

// truncate removes the rows after upTo.
func (p *Page) truncate(upTo store.Cursor) {
	if i := slices.IndexFunc(p.Rows, func(r store.Row) bool { return upTo.Before(r.Cursor) }); i >= 0 {
		p.Rows, p.HasNewer = p.Rows[:i], false
	}
}

// ignoreNoLog ignores that there is no log. It may have been deleted between two reads.
func ignoreNoLog(err error) error {
	if errors.Is(err, store.ErrNoLog) {
		return nil
	}
	return err
}

// Totals counts the log.
func (l *StoreLog) Totals(ctx context.Context, f filter.Filter) (Totals, error) {
	t, err := l.readTotals(ctx, f)
	return t, ignoreNoLog(err)
}

func (l *StoreLog) readTotals(ctx context.Context, f filter.Filter) (t Totals, err error) {
	if t.ByTarget, err = l.r.Counts.CountByTarget(ctx, store.Query{}); err != nil {
		return t, err
	}
	t.ByStatus = map[webhook.Status]int{}
	for _, counts := range t.ByTarget {
		for s, n := range counts {
			t.ByStatus[s] += n
			t.All += n
		}
	}
	if t.Failed, err = l.r.Counts.Count(ctx, store.Query{Filter: filter.Failed()}); err != nil {
		return t, err
	}
	if t.P99, err = l.p99(ctx); err != nil {
		return t, err
	}
	if l.Project != "" {
		if t.OtherProjects, err = l.r.Counts.Count(ctx, store.Query{Not: l.Project}); err != nil {
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
	t.Rate, err = l.rate.read(l.now(), func(since time.Time) ([]store.PeriodCount, error) {
		return l.r.Counts.CountByPeriod(ctx, since, RatePeriod)
	})
	return t, err
}

// p99Of is the number of newest deliveries that P99 is about.
const p99Of = 200

func (l *StoreLog) p99(ctx context.Context) (time.Duration, error) {
	rows, err := l.r.Counts.List(ctx, store.Query{Limit: p99Of})
	var all []time.Duration
	for _, s := range rows {
		if s.Code > 0 {
			all = append(all, s.Duration)
		}
	}
	if err != nil || len(all) == 0 {
		return 0, err
	}
	slices.Sort(all)
	return all[(len(all)*99+99)/100-1], nil
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

// Life lists the deliveries about the same job as d.
func (l *StoreLog) Life(ctx context.Context, d webhook.Delivery) ([]webhook.Summary, error) {
	about := webhook.Describe(d.Body)
	if about.Job == "" {
		return []webhook.Summary{d.Summary}, nil
	}
	return l.r.Details.About(ctx, []string{about.About}, MaxLife)
}

// The limits of Jobs.
const (
	maxJobDeliveries = 10 * MaxJobs  // the newest deliveries of all these jobs
	maxJobCount      = 1_000_000_000 // count all jobs
)

// Jobs lists the jobs that were active last.
func (l *StoreLog) Jobs(ctx context.Context) (Jobs, error) {
	jobs, err := l.readJobs(ctx)
	return jobs, ignoreNoLog(err)
}

func (l *StoreLog) readJobs(ctx context.Context) (Jobs, error) {
	subjects, err := l.r.Counts.Subjects(ctx, MaxJobs)
	if err != nil || len(subjects) == 0 {
		return Jobs{}, err
	}
	count, err := l.r.Counts.CountSubjects(ctx, maxJobCount)
	if err != nil {
		return Jobs{}, err
	}
	about := make([]string, len(subjects))
	for i, s := range subjects {
		about[i] = s.About
	}
	all, err := l.r.Counts.About(ctx, about, maxJobDeliveries)
	if err != nil {
		return Jobs{}, err
	}
	found := map[string][]webhook.Summary{}
	for _, s := range all {
		found[s.About] = append(found[s.About], s)
	}
	jobs := Jobs{Count: count}
	for _, s := range slices.Backward(subjects) {
		if of := found[s.About]; len(of) > 0 {
			jobs.Jobs = append(jobs.Jobs, Job{s.About, of[max(len(of)-MaxLife, 0):]})
		}
	}
	return jobs, nil
}

// Matching lists the deliveries that match a filter and were received no later than upTo.
func (l *StoreLog) Matching(ctx context.Context, f filter.Filter, upTo time.Time) ([]webhook.Summary, error) {
	rows, err := l.r.Counts.List(ctx, store.Query{Filter: f})
	if err != nil {
		return nil, ignoreNoLog(err)
	}
	return slices.DeleteFunc(rows, func(s webhook.Summary) bool { return s.ReceivedAt.After(upTo) }), nil
}

// maxLookback is the number of earlier deliveries that PreviousOfEvent searches.
const maxLookback = 200

// PreviousOfEvent finds the last delivery of the same event before d.
func (l *StoreLog) PreviousOfEvent(ctx context.Context, d webhook.Delivery) (webhook.Delivery, bool, error) {
	at, err := l.r.Details.CursorOf(ctx, d.ID)
	if err != nil {
		return webhook.Delivery{}, false, err
	}
	w, err := l.r.Details.Window(ctx, store.Query{}, at, maxLookback, 0)
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

// Wait returns when the log has changed. If there is no log, it returns after noLogPoll.
func (l *StoreLog) Wait(ctx context.Context, cursor int64) error {
	err := l.r.Wait.Wait(ctx, cursor)
	if !errors.Is(err, store.ErrNoLog) {
		return err
	}
	select {
	case <-time.After(noLogPoll):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
