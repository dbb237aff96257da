package tui

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// memoryLog is a view.Log in memory, which tests modify while the screen runs.
type memoryLog struct {
	mu          sync.Mutex
	all         []webhook.Delivery // in log order
	n           map[webhook.ID]int64
	version     int64
	changed     chan struct{}
	onPage      func() // called by Page
	pages       int    // number of calls of Page
	largestPage int    // number of rows
}

func newMemoryLog(all ...webhook.Delivery) *memoryLog {
	l := &memoryLog{n: map[webhook.ID]int64{}, changed: make(chan struct{})}
	l.add(all...)
	return l
}

func (l *memoryLog) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	l.version++
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *memoryLog) add(all ...webhook.Delivery) {
	l.change(func() {
		for _, d := range all {
			l.n[d.ID] = int64(len(l.n) + 1)
			l.all = append(l.all, d)
		}
	})
}

func (l *memoryLog) cursorOf(i int) store.Cursor {
	return store.CursorAt(l.all[i].ReceivedAt, l.n[l.all[i].ID])
}

func (l *memoryLog) Page(_ context.Context, q view.PageQuery) (view.Page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages++
	if l.onPage != nil {
		l.onPage()
	}
	var older, newer []store.Row
	p := view.Page{Cursor: l.version}
	for i := range l.all {
		at := l.cursorOf(i)
		if !q.Filter.Match(&l.all[i]) {
			continue
		}
		if q.LastSeen != (store.Cursor{}) && q.LastSeen.Before(at) {
			p.UnseenCount = min(p.UnseenCount+1, view.MaxUnseen)
		}
		row := store.Row{Summary: l.all[i].Summary, Cursor: at}
		switch {
		case q.UpTo != (store.Cursor{}) && q.UpTo.Before(at):
		case q.At.Before(at):
			newer = append(newer, row)
		default:
			older = append(older, row)
		}
	}
	p.HasOlder, p.HasNewer = len(older) > q.Older, len(newer) > q.Newer
	older = older[max(len(older)-q.Older, 0):]
	p.Rows = append(slices.Clone(older), newer[:min(len(newer), q.Newer)]...)
	l.largestPage = max(l.largestPage, len(p.Rows))
	return p, nil
}

func (l *memoryLog) Totals(_ context.Context, f filter.Filter) (view.Totals, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := view.Totals{ByStatus: map[webhook.Status]int{}, ByTarget: map[string]map[webhook.Status]int{}, All: len(l.all), P99: 31 * time.Millisecond}
	for i := range l.all {
		s := l.all[i].Summary
		t.ByStatus[s.Status]++
		if t.ByTarget[s.Target] == nil {
			t.ByTarget[s.Target] = map[webhook.Status]int{}
		}
		t.ByTarget[s.Target][s.Status]++
		if s.Failed() {
			t.Failed++
		}
		if f.Match(&l.all[i]) {
			t.Matching++
		}
	}
	t.Rate = view.Rate{PerSecond: 0.4, Periods: make([]view.Period, 240)}
	if len(l.all) == 0 {
		return t, nil
	}
	for i, n := range []int{0, 0, 0, 1, 0, 0, 2, 1, 1, 2, 1, 1, 4, 8, 3, 1, 2, 1, 1, 0} {
		t.Rate.Periods[220+i] = view.Period{N: n, Worst: webhook.Statuses()[i%3]}
		t.Rate.Periods[160+i].N, t.Rate.Periods[160+i].Worst = n, webhook.StatusDelivered
	}
	return t, nil
}

func (l *memoryLog) Get(_ context.Context, id webhook.ID) (webhook.Delivery, webhook.ReplayTree, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var family webhook.ReplayTree
	for _, d := range l.all {
		if d.ReplayOf == id {
			family.Nodes = append(family.Nodes, webhook.Node{Summary: d.Summary, Difference: webhook.DifferenceNone})
		}
	}
	for _, d := range l.all {
		if d.ID == id {
			return d, family, nil
		}
	}
	return webhook.Delivery{}, family, &store.NotFoundError{Typed: string(id)}
}

func (l *memoryLog) Life(_ context.Context, d webhook.Delivery) (life []webhook.Summary, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.all {
		if l.all[i].About == d.About {
			life = append(life, l.all[i].Summary)
		}
	}
	return life, nil
}

func (l *memoryLog) Jobs(context.Context) (jobs view.Jobs, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := map[string]int{}
	for i := range l.all {
		s := l.all[i].Summary
		n, ok := at[s.About]
		if !ok {
			n = len(jobs.Jobs)
			at[s.About] = n
			jobs.Jobs = append(jobs.Jobs, view.Job{About: s.About})
		}
		jobs.Jobs[n].Deliveries = append(jobs.Jobs[n].Deliveries, s)
	}
	jobs.Count = len(jobs.Jobs)
	return jobs, nil
}

func (l *memoryLog) Matching(_ context.Context, f filter.Filter, upTo time.Time) (rows []webhook.Summary, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.all {
		if f.Match(&l.all[i]) && !l.all[i].ReceivedAt.After(upTo) {
			rows = append(rows, l.all[i].Summary)
		}
	}
	return rows, nil
}

func (l *memoryLog) PreviousOfEvent(_ context.Context, d webhook.Delivery) (webhook.Delivery, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := -1
	for i := range l.all {
		if l.all[i].ID == d.ID {
			break
		}
		if l.all[i].Event == d.Event {
			found = i
		}
	}
	if found < 0 {
		return webhook.Delivery{}, false, nil
	}
	return l.all[found], true, nil
}

func (l *memoryLog) Wait(ctx context.Context, cursor int64) error {
	for {
		l.mu.Lock()
		changed, version := l.changed, l.version
		l.mu.Unlock()
		if version > cursor {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fakeActions records its calls and adds replays to the memory log.
type fakeActions struct {
	log          *memoryLog
	calls        []string
	err          error
	gate         chan struct{}  // if not nil, Replay waits for it after recording
	edited       string         // body that the editor saves; empty: unchanged
	replayStatus webhook.Status // status of replays; empty: refused
	diagnosis    view.Diagnosis
	mu           sync.Mutex
	sent         int
}

func (a *fakeActions) record(s string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, s)
}

func (*fakeActions) Destination(replayed ...webhook.Summary) string {
	for _, d := range replayed {
		if d.Target != replayed[0].Target {
			return "their own targets"
		}
	}
	return "localhost:3000"
}

func (a *fakeActions) Replay(ctx context.Context, id webhook.ID) (webhook.Summary, error) {
	a.record("replay " + string(id))
	if a.err != nil {
		return webhook.Summary{}, a.err
	}
	d, _, err := a.log.Get(ctx, id)
	if err != nil {
		return webhook.Summary{}, err
	}
	a.mu.Lock()
	a.sent++
	d.ID = webhook.ID(fmt.Sprintf("dlv_re%04daaaa", a.sent))
	a.mu.Unlock()
	d.ReplayOf, d.Status, d.Code, d.Attempts, d.History, d.ReceivedAt = id, webhook.StatusPending, 0, 0, nil, time.Now()
	a.log.add(d)
	if a.gate != nil {
		<-a.gate
	}
	a.log.change(func() {
		last := &a.log.all[len(a.log.all)-1]
		last.Status, last.Code, last.Duration, last.Attempts = webhook.StatusRefused, 401, 6*time.Millisecond, 1
		if a.replayStatus != "" {
			last.Status, last.Code = a.replayStatus, 0
		}
		d.Summary = last.Summary
	})
	return d.Summary, nil
}

func (a *fakeActions) Resign(_ context.Context, id webhook.ID) (webhook.Summary, error) {
	a.record("resign " + string(id))
	return webhook.Summary{ID: "dlv_resigned00", Status: webhook.StatusDelivered, Code: 200, Duration: 3 * time.Millisecond}, a.err
}

func (a *fakeActions) Diagnose(_ context.Context, id webhook.ID) (view.Diagnosis, error) {
	a.record("diagnose " + string(id))
	return a.diagnosis, a.err
}

func (a *fakeActions) Trigger(_ context.Context, name string) ([]webhook.Summary, error) {
	a.record("trigger " + name)
	return []webhook.Summary{{ID: "dlv_trigger000", Status: webhook.StatusDelivered, Code: 200, Duration: 3 * time.Millisecond}}, a.err
}

func (a *fakeActions) Edit(d webhook.Delivery) (view.Edit, error) {
	a.record("edit " + string(d.Body))
	return &fakeEdit{body: a.edited}, a.err
}

func (a *fakeActions) SendEdited(_ context.Context, parent webhook.ID, body []byte) (webhook.Summary, error) {
	a.record("send " + string(parent) + " " + string(body))
	return webhook.Summary{ID: "dlv_edited0000", Status: webhook.StatusDelivered, Code: 200, Duration: 3 * time.Millisecond}, a.err
}

func (a *fakeActions) Save(d webhook.Delivery) (string, error) {
	a.record("save " + string(d.ID))
	return string(d.ID) + ".json", a.err
}

type fakeEdit struct{ body string }

func (*fakeEdit) Run() error          { return nil }
func (*fakeEdit) SetStdin(io.Reader)  {}
func (*fakeEdit) SetStdout(io.Writer) {}
func (*fakeEdit) SetStderr(io.Writer) {}
func (e *fakeEdit) Body() ([]byte, string) {
	if e.body == "" {
		return nil, "Nothing was changed, so nothing is sent."
	}
	return []byte(e.body), ""
}

// adviceError is an error with advice.
type adviceError struct{ what, advice string }

func (e *adviceError) Error() string  { return e.what }
func (e *adviceError) Advice() string { return e.advice }
