package relay

import (
	"context"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// memoryLog is a Log and a Backlog in memory, for tests with fake time.
type memoryLog struct {
	mu   sync.Mutex
	all  map[webhook.ID]*webhook.Delivery
	rows map[rowKey]store.Due
}

type rowKey struct {
	id     webhook.ID
	target string
}

func keyOf(d store.Due) rowKey { return rowKey{d.ID, d.Target} }

func newMemoryLog() *memoryLog {
	return &memoryLog{all: map[webhook.ID]*webhook.Delivery{}, rows: map[rowKey]store.Due{}}
}

func (l *memoryLog) Record(_ context.Context, d *webhook.Delivery) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all[d.ID] != nil {
		return store.ErrDuplicateID
	}
	recorded := *d
	l.all[d.ID] = &recorded
	return nil
}

func (l *memoryLog) AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.all[id]
	if d == nil {
		return "", &store.NotFoundError{Typed: string(id)}
	}
	d.History = append(d.History, attempts...)
	d.Status = webhook.StatusOf(d.History)
	for _, a := range attempts {
		delete(l.rows, rowKey{id, a.Target})
	}
	for _, row := range due {
		l.rows[keyOf(row)] = row
	}
	return d.Status, nil
}

func (l *memoryLog) QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) error {
	_, err := l.AddAttempts(id, attempts, due)
	return err
}

func (l *memoryLog) Hold(due store.Due, from string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from != "" {
		delete(l.rows, rowKey{due.ID, from})
	}
	l.rows[keyOf(due)] = due
	return nil
}

func (l *memoryLog) Get(_ context.Context, id webhook.ID) (webhook.Delivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.all[id]
	if d == nil {
		return webhook.Delivery{}, &store.NotFoundError{Typed: string(id)}
	}
	found := *d
	found.History = slices.Clone(d.History)
	return found, nil
}

// row returns the log's row for a delivery to send.
func (l *memoryLog) row(due store.Due) store.Due {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rows[keyOf(due)]
}
