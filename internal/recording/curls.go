package recording

import (
	"fmt"
	"io"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Curls writes deliveries as a shell script with one curl command each.
type Curls struct {
	w             io.Writer
	defaultTarget func(event string) string
}

// NewCurls returns a Curls. otherwise returns the URL for a delivery without a target.
func NewCurls(w io.Writer, defaultTarget func(event string) string) *Curls {
	return &Curls{w: w, defaultTarget: defaultTarget}
}

// Write writes a delivery.
func (c *Curls) Write(d webhook.Delivery) error {
	what := ""
	if isPlain(d.Event) {
		what = " " + d.Event
	}
	_, err := fmt.Fprintf(c.w, "# %s%s %s\n%s\n", d.ID, what, d.ReceivedAt.UTC().Format("2006-01-02T15:04:05.000Z"), Curl(d, c.defaultTarget(d.Event)))
	return err
}

// Close does nothing, because a script has no trailer.
func (*Curls) Close() error { return nil }
