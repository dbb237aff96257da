package testkit

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. Only a failing test waits so long.
const patience = time.Minute

// journal collects entries of many goroutines, and lets a test wait for them.
type journal[T any] struct {
	mu      sync.Mutex
	entries []T
	grown   chan struct{} // closed at the next entry
}

func newJournal[T any]() *journal[T] { return &journal[T]{grown: make(chan struct{})} }

func (j *journal[T]) add(entry T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
	close(j.grown)
	j.grown = make(chan struct{})
}

func (j *journal[T]) all() ([]T, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries), j.grown
}

// wait returns the entries once there are n. Without them the test fails.
func (j *journal[T]) wait(tb testing.TB, n int) []T {
	tb.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		entries, grown := j.all()
		if len(entries) >= n {
			return entries
		}
		select {
		case <-grown:
		case <-late.C:
			tb.Fatalf("got %d of what the handler was to receive after %v, want %d", len(entries), patience, n)
		}
	}
}
