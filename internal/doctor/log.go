package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// log checks whether the delivery log is intact and writable, and reports its size.
func (d *doctor) log(ctx context.Context) []Finding {
	dir, err := d.o.Config.DataDir()
	if err != nil {
		return failed(err.Error(), adviceOf(err))
	}
	const elsewhere = "use another directory: --data-dir DIR"
	if err := writable(dir); err != nil {
		return failed(fmt.Sprintf("cannot write to %s: %s", d.o.Config.ShortPath(dir), pathReason(err)), elsewhere)
	}
	r, err := store.OpenReader(ctx, dir)
	if errors.Is(err, store.ErrNoLog) {
		return ok("no log yet")
	}
	if err != nil {
		return d.logFinding(err, dir)
	}
	defer r.Close() //nolint:errcheck // nothing was written
	h, err := r.Health(ctx)
	if err != nil {
		return d.logFinding(err, dir)
	}
	if len(h.Damage) > 0 {
		f := d.logFinding(store.ErrCorrupt, dir)
		f[0].Details = h.Damage
		return f
	}
	limit := store.DefaultRetention()
	found := ok(fmt.Sprintf("intact: %s of at least %s deliveries, %s of %s, kept for %d days",
		display.Count(h.Deliveries), display.Count(limit.Deliveries), display.Bytes(h.Bytes), display.Bytes(limit.Bytes), limit.Age/(24*time.Hour)))
	return append(found, d.pending(ctx, r, dir)...)
}

func (d *doctor) logFinding(err error, dir string) []Finding {
	path := d.o.Config.ShortPath(filepath.Join(dir, store.FileName))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return warning("the check took too long", "try again when this machine is less busy")
	case errors.Is(err, store.ErrNewerSchema):
		return failed("the log was written by a newer version of vidiking", "update vidiking, or use another log: --data-dir DIR")
	case errors.Is(err, store.ErrCorrupt):
		return failed("the log is damaged", "move "+path+"* to another directory; vidiking then creates a new log")
	}
	return failed(err.Error(), "")
}

// pending reports the pending deliveries of earlier listens: those never sent, and those with an unknown outcome.
func (*doctor) pending(ctx context.Context, r *store.Reader, dir string) []Finding {
	left, err := relay.CountPending(ctx, r, dir, "")
	if err != nil {
		return warning(err.Error(), "")
	}
	const replay = "vidiking replay --status pending"
	var found []Finding
	if n := left.NeverSent; n > 0 {
		advice := replay
		if left.Unknown > 0 { // the replay would include them
			advice = "vidiking listen --hold"
		}
		found = warning(display.Counted(n, "delivery", "deliveries")+" from an earlier listen, never sent", advice)
	}
	if n := left.Unknown; n > 0 {
		it := "them"
		if n == 1 {
			it = "it"
		}
		found = append(found, warning(display.Counted(n, "delivery", "deliveries")+
			" from an earlier listen, outcome unknown: the handler may have received "+it, "replay "+it+", at the risk of a duplicate: "+replay)...)
	}
	return found
}

// writable checks that a file can be created in a directory. A directory that doesn't exist yet is no error.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// sessions reports the running listens and whether they respond.
func (d *doctor) sessions(ctx context.Context) []Finding {
	dir, err := d.o.Config.DataDir()
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
	sender := dispatch.NewSender(dispatch.Options{Now: d.o.Now})
	defer sender.Close()
	var found []Finding
	for _, s := range live {
		found = append(found, d.session(ctx, sender, s)...)
	}
	return found
}

func (d *doctor) session(ctx context.Context, sender *dispatch.Sender, s session.Info) []Finding {
	url := s.URL
	if s.PublicURL != "" {
		url = s.PublicURL
	}
	process := fmt.Sprintf("process %d, since %s", s.PID, display.WhenMinutes(s.StartedAt, d.o.Now(), display.Style{Location: d.o.Location}))
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
