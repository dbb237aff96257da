package listencmd

import "sync"

// logErrors passes the errors that the delivery log reports from its own goroutines to a handler. The log is opened before there is
// anything to show an error on, so errors that come before handleWith wait for it.
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

// maxEarlyErrors bounds the errors that wait. A log whose start takes long reports the same few again and again.
const maxEarlyErrors = 16

// handleWith passes the errors so far to handle, and those that come later.
func (e *logErrors) handleWith(handle func(error)) {
	e.mu.Lock()
	early := e.early
	e.early, e.handle = nil, handle
	e.mu.Unlock()
	for _, err := range early {
		handle(err)
	}
}
