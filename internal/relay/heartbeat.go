package relay

import (
	"net/http"
	"sync"
	"time"
)

// HeartbeatInterval is how often a sender with the session's token gets 102 Processing. Held deliveries, slow handlers and long queues can
// take any time. Without a heartbeat, the sender cannot tell them from a suspended listen.
const HeartbeatInterval = time.Second

// heartbeatWriter sends 102 Processing at intervals. Any use of it as a ResponseWriter stops the heartbeat.
type heartbeatWriter struct {
	http.ResponseWriter

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func newHeartbeatWriter(w http.ResponseWriter) *heartbeatWriter {
	b := &heartbeatWriter{ResponseWriter: w}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(HeartbeatInterval, b.beat)
	return b
}

func (b *heartbeatWriter) beat() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return
	}
	b.ResponseWriter.WriteHeader(http.StatusProcessing)
	b.timer.Reset(HeartbeatInterval)
}

func (b *heartbeatWriter) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	b.timer.Stop()
}

func (b *heartbeatWriter) Header() http.Header {
	b.stop() // a heartbeat would read the header while it is changed
	return b.ResponseWriter.Header()
}

func (b *heartbeatWriter) WriteHeader(code int) {
	b.stop()
	b.ResponseWriter.WriteHeader(code)
}

func (b *heartbeatWriter) Write(p []byte) (int, error) {
	b.stop()
	return b.ResponseWriter.Write(p)
}
