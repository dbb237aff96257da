package doctor

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// sessionCheck checks the running listeners.
type sessionCheck struct{ o *Options }

// run reports the running listens and whether they respond.
func (c sessionCheck) run(ctx context.Context) []Finding {
	dir, err := c.o.Config.DataDir()
	if err != nil {
		return nil // reported by log
	}
	live, err := session.Live(dir)
	if err != nil {
		return failed(err.Error(), "")
	}
	if len(live) == 0 {
		return ok("listen is not running")
	}
	sender := dispatch.NewSender(dispatch.Options{Now: c.o.Now})
	defer sender.Close()
	var found []Finding
	for _, s := range live {
		found = append(found, c.session(ctx, sender, s)...)
	}
	return found
}

func (c sessionCheck) session(ctx context.Context, sender *dispatch.Sender, s session.Info) []Finding {
	url := s.URL
	if s.PublicURL != "" {
		url = s.PublicURL
	}
	process := fmt.Sprintf("process %d, since %s", s.PID, display.WhenMinutes(s.StartedAt, c.o.Now(), display.Style{Location: c.o.Location}))
	t, err := dispatch.ParseTarget(s.URL, "/")
	if err == nil {
		err = sender.Reachable(ctx, t)
	}
	if err != nil {
		return warning(fmt.Sprintf("a listen (%s) accepts no connections at %s", process, s.URL), "stop it and start it again")
	}
	if err := responds(ctx, s.URL); err != nil {
		return warning(fmt.Sprintf("a listen (%s) does not respond at %s", process, s.URL),
			fmt.Sprintf("if it is suspended (Ctrl-Z), resume it with fg in its terminal, or kill -CONT %d; otherwise stop it and start it again", s.PID))
	}
	return ok(fmt.Sprintf("a listen (%s) forwards %s to %s", process, url, s.Forward))
}

// responseTime is how long a listen may take to refuse a GET. It needs less than a millisecond.
const responseTime = 3 * time.Second

// responds reports whether a listen responds at its ingress. The system takes connections even for a suspended process. A GET is
// recorded nowhere: the response is 405.
func responds(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, responseTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req) // without a proxy
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
