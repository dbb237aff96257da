package rows

import (
	"fmt"
	"sync/atomic"
	"time"
)

// lineQueue holds lines of the handler until the view prints them.
type lineQueue struct {
	queue   chan string
	stuck   *atomic.Bool // nobody reads the output
	dropped *atomic.Int64
}

const (
	maxQueuedLines = 1024
	stuckAfter     = 100 * time.Millisecond // without room for a line
)

func newLineQueue() lineQueue {
	return lineQueue{queue: make(chan string, maxQueuedLines), stuck: new(atomic.Bool), dropped: new(atomic.Int64)}
}

// HandlerOutput shows a line that the handler of `listen --run` printed. If the output is not read, HandlerOutput drops lines: the handler
// must not wait for the terminal.
func (l *View) HandlerOutput(line string) {
	q := &l.lines
	select {
	case q.queue <- line:
		q.stuck.Store(false)
		return
	default:
	}
	if q.stuck.Load() {
		q.dropped.Add(1)
		return
	}
	timeout := time.NewTimer(stuckAfter)
	defer timeout.Stop()
	select {
	case q.queue <- line:
	case <-l.ctx.Done():
	case <-l.done:
	case <-timeout.C:
		q.stuck.Store(true)
		q.dropped.Add(1)
	}
}

// printHandlerOutput prints a line, and how many lines were dropped before it.
func (l *View) printHandlerOutput(line string) {
	if n := l.lines.dropped.Swap(0); n > 0 {
		l.o.Printer.HandlerOutput(fmt.Sprintf("… %d lines not shown, because the output was not read …", n))
	}
	l.o.Printer.HandlerOutput(line)
}
