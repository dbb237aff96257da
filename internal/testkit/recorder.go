package testkit

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// waitTimeout limits every wait. Only a failing test waits that long.
const waitTimeout = time.Minute

// recorder collects entries from many goroutines and lets a test wait for them.
type recorder[T any] struct {
	mu      sync.Mutex
	entries []T
	added   chan struct{} // closed at the next entry
}

func newRecorder[T any]() *recorder[T] { return &recorder[T]{added: make(chan struct{})} }

func (j *recorder[T]) add(entry T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
	close(j.added)
	j.added = make(chan struct{})
}

func (j *recorder[T]) all() ([]T, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries), j.added
}

// wait waits for n entries and returns all so far. The test fails if they don't arrive.
func (j *recorder[T]) wait(tb testing.TB, n int) []T {
	tb.Helper()
	timeout := time.NewTimer(waitTimeout)
	defer timeout.Stop()
	for {
		entries, added := j.all()
		if len(entries) >= n {
			return entries
		}
		select {
		case <-added:
		case <-timeout.C:
			tb.Fatalf("the handler received %d requests in %v, want %d", len(entries), waitTimeout, n)
		}
	}
}
