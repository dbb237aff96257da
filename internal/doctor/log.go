package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// logCheck checks the delivery log.
type logCheck struct{ o *Options }

// run checks whether the delivery log is intact and writable, and reports its size.
func (c logCheck) run(ctx context.Context) []Finding {
	dir, err := c.o.Config.DataDir()
	if err != nil {
		return failed(err.Error(), adviceOf(err))
	}
	const elsewhere = "use another directory: --data-dir DIR"
	if err := writable(dir); err != nil {
		return failed(fmt.Sprintf("cannot write to %s: %s", c.o.Config.ShortPath(dir), pathReason(err)), elsewhere)
	}
	r, err := store.OpenReader(ctx, dir)
	if errors.Is(err, store.ErrNoLog) {
		return ok("no log yet")
	}
	if err != nil {
		return c.finding(err, dir)
	}
	defer r.Close() //nolint:errcheck // nothing was written
	h, err := r.Health(ctx)
	if err != nil {
		return c.finding(err, dir)
	}
	if len(h.Damage) > 0 {
		f := c.finding(store.ErrCorrupt, dir)
		f[0].Details = h.Damage
		return f
	}
	limit := store.DefaultRetention()
	found := ok(fmt.Sprintf("intact: %s of at least %s deliveries, %s of %s, kept for %d days",
		display.Count(h.Deliveries), display.Count(limit.Deliveries), display.Bytes(h.Bytes), display.Bytes(limit.Bytes), limit.Age/(24*time.Hour)))
	return append(found, c.pending(ctx, r, dir)...)
}

func (c logCheck) finding(err error, dir string) []Finding {
	path := c.o.Config.ShortPath(filepath.Join(dir, store.FileName))
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
func (logCheck) pending(ctx context.Context, r *store.Reader, dir string) []Finding {
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
