package store

import "sync"

// bell wakes the readers of this process when the writer has committed. It says that there may be something new, never what.
type bell struct {
	mu sync.Mutex
	ch chan struct{} // nil while nobody listens
}

// listen returns a channel that is closed at the next ring.
func (b *bell) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
