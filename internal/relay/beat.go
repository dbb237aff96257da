package relay

import (
	"net/http"
	"sync"
	"time"
)

// BeatInterval is how often a sender with the session's token is told that listen is working on its delivery. A held delivery, a slow
// handler or a long line can take any time; without a sign, the sender could not tell them from a listen that is suspended.
const BeatInterval = time.Second

// beatWriter sends 102 Processing at intervals until the response begins. Any use of it is the beginning.
type beatWriter struct {
	http.ResponseWriter

	mu    sync.Mutex
	timer *time.Timer
	over  bool
}

func newBeatWriter(w http.ResponseWriter) *beatWriter {
	b := &beatWriter{ResponseWriter: w}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(BeatInterval, b.beat)
	return b
}

func (b *beatWriter) beat() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return
	}
	b.ResponseWriter.WriteHeader(http.StatusProcessing)
	b.timer.Reset(BeatInterval)
}

func (b *beatWriter) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	b.timer.Stop()
}

func (b *beatWriter) Header() http.Header {
	b.stop() // a beat would read the header while it is changed
	return b.ResponseWriter.Header()
}

func (b *beatWriter) WriteHeader(code int) {
	b.stop()
	b.ResponseWriter.WriteHeader(code)
}

func (b *beatWriter) Write(p []byte) (int, error) {
	b.stop()
	return b.ResponseWriter.Write(p)
}
