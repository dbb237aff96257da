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

// memoryLog is a delivery log in memory, which tests change under the screen.
type memoryLog struct {
	mu      sync.Mutex
	all     []webhook.Delivery // in the order of the log
	n       map[webhook.ID]int64
	version int64
	changed chan struct{}
	broken  func() // run by Page, to misbehave
	pages   int    // how many were asked for
	most    int    // rows of the largest
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

func (l *memoryLog) place(i int) store.Cursor {
	return store.CursorAt(l.all[i].ReceivedAt, l.n[l.all[i].ID])
}

func (l *memoryLog) Page(_ context.Context, q view.PageQuery) (view.Page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages++
	if l.broken != nil {
		l.broken()
	}
	var older, newer []store.Row
	p := view.Page{Cursor: l.version}
	for i := range l.all {
		at := l.place(i)
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
	l.most = max(l.most, len(p.Rows))
	return p, nil
}

func (l *memoryLog) Totals(_ context.Context, f filter.Filter) (view.Totals, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := view.Totals{ByStatus: map[webhook.Status]int{}, All: len(l.all)}
	for i := range l.all {
		t.ByStatus[l.all[i].Status]++
		if f.Match(&l.all[i]) {
			t.Matching++
		}
	}
	t.Rate = view.Rate{PerSecond: 0.4, Spark: []int{0, 0, 0, 1, 0, 0, 2, 1, 1, 2, 1, 1, 4, 8, 3, 1, 2, 1, 1, 0}}
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

// fakeActions records what was asked for, and does it in the memory log.
type fakeActions struct {
	log    *memoryLog
	asked  []string
	err    error
	gate   chan struct{}  // where it is not nil, an answer waits for it
	edited string         // what the editor saves; empty: nothing
	ends   webhook.Status // of what is sent again; empty: refused
	mu     sync.Mutex
	sent   int
}

func (a *fakeActions) note(s string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, s)
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
	a.note("replay " + string(id))
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
		if a.ends != "" {
			last.Status, last.Code = a.ends, 0
		}
		d.Summary = last.Summary
	})
	return d.Summary, nil
}

func (a *fakeActions) Trigger(_ context.Context, name string) ([]webhook.Summary, error) {
	a.note("trigger " + name)
	return []webhook.Summary{{ID: "dlv_trigger000", Status: webhook.StatusDelivered, Code: 200, Duration: 3 * time.Millisecond}}, a.err
}

func (a *fakeActions) Edit(d webhook.Delivery) (view.Edit, error) {
	a.note("edit " + string(d.Body))
	return &fakeEdit{body: a.edited}, a.err
}

func (a *fakeActions) SendEdited(_ context.Context, parent webhook.ID, body []byte) (webhook.Summary, error) {
	a.note("send " + string(parent) + " " + string(body))
	return webhook.Summary{ID: "dlv_edited0000", Status: webhook.StatusDelivered, Code: 200, Duration: 3 * time.Millisecond}, a.err
}

func (a *fakeActions) Save(d webhook.Delivery) (string, error) {
	a.note("save " + string(d.ID))
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

// advised is an error that says what to do.
type advised struct{ what, advice string }

func (e *advised) Error() string  { return e.what }
func (e *advised) Advice() string { return e.advice }
