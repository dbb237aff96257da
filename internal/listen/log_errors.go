package listen

import "sync"

// logErrors passes errors that the delivery log reports from its own goroutines to a handler. The log is opened before there is a view to
// show errors on, so earlier errors wait for handleWith.
type logErrors struct {
	mu     sync.Mutex
	early  []error
	handle func(error)
}

// Report is the log's OnError.
func (e *logErrors) Report(err error) {
	e.mu.Lock()
	handle := e.handle
	if handle == nil && len(e.early) < maxEarlyErrors {
		e.early = append(e.early, err)
	}
	e.mu.Unlock()
	if handle != nil {
		handle(err)
	}
}

// maxEarlyErrors bounds the errors that wait. If the start takes long, the log reports the same few errors repeatedly.
const maxEarlyErrors = 16

// handleWith passes earlier and later errors to handle.
func (e *logErrors) handleWith(handle func(error)) {
	e.mu.Lock()
	early := e.early
	e.early, e.handle = nil, handle
	e.mu.Unlock()
	for _, err := range early {
		handle(err)
	}
}
