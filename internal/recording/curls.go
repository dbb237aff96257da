package recording

import (
	"fmt"
	"io"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Curls writes deliveries as a shell script, a curl command each.
type Curls struct {
	w         io.Writer
	otherwise func(event string) string
}

// NewCurls makes a Curls. Otherwise says where a delivery goes that was sent nowhere yet.
func NewCurls(w io.Writer, otherwise func(event string) string) *Curls {
	return &Curls{w: w, otherwise: otherwise}
}

// Write writes a delivery.
func (c *Curls) Write(d webhook.Delivery) error {
	what := ""
	if isPlain(d.Event) {
		what = " " + d.Event
	}
	_, err := fmt.Fprintf(c.w, "# %s%s %s\n%s\n", d.ID, what, d.ReceivedAt.UTC().Format("2006-01-02T15:04:05.000Z"), Curl(d, c.otherwise(d.Event)))
	return err
}

// Close does nothing: a script has no end of its own.
func (*Curls) Close() error { return nil }
