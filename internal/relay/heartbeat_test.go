package relay

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// codes is a ResponseWriter that records the status codes.
type codes struct {
	all    []int
	header http.Header
}

func (c *codes) Header() http.Header         { return c.header }
func (c *codes) WriteHeader(code int)        { c.all = append(c.all, code) }
func (c *codes) Write(p []byte) (int, error) { return len(p), nil }

func TestHeartbeatsEndWhenTheResponseStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &codes{header: http.Header{}}
		w := newHeartbeatWriter(c)
		time.Sleep(3*HeartbeatInterval + HeartbeatInterval/2) // fake time
		w.Header().Set("A", "b")
		time.Sleep(time.Minute) // fake time
		w.WriteHeader(http.StatusOK)
		if want := []int{102, 102, 102, 200}; !slices.Equal(c.all, want) {
			t.Errorf("got %d, want %d", c.all, want)
		}
	})
}

func TestATrustedSenderGetsHeartbeats(t *testing.T) {
	release := make(chan struct{})
	r := start(t, testkit.Serve(t, testkit.Slow(release, testkit.Respond(http.StatusOK, "ok"))).URL())
	trusted := trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger})
	c := r.dial()
	write(t, c, rawPost(sampleBody,
		session.SenderHeader+": "+trusted.Get(session.SenderHeader), webhook.SignatureHeader+": "+trusted.Get(webhook.SignatureHeader)))
	if got := readResponse(t, c); got.code != http.StatusProcessing {
		t.Errorf("before the handler responded: got %d, want 102", got.code)
	}
	close(release)
}
