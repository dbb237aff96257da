package cli

import (
	"context"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// takeOver finds what sessions that are dead were to send. Where this one holds or tries again it sends that now; else it says so.
func (l *listener) takeOver(ctx context.Context) error {
	var err error
	if !l.o.hold && !l.o.retry {
		l.orphans, err = relay.Orphans(ctx, l.log.Reader(), l.dataDir)
		return err
	}
	live, err := session.Live(l.dataDir)
	if err != nil {
		return err
	}
	ids := make([]string, len(live))
	for i, s := range live {
		ids[i] = s.ID
	}
	if l.owed, err = l.log.Adopt(ctx, l.session.Info().ID, ids); !l.o.retry {
		// What was to be tried again waits for a listen that tries again.
		l.owed = slices.DeleteFunc(l.owed, func(d store.Due) bool { return !d.At.IsZero() })
	}
	return err
}

// owes is how many deliveries this session sends that earlier ones were to send, to however many targets.
func (l *listener) owes() int {
	return len(slices.CompactFunc(slices.Clone(l.owed), func(a, b store.Due) bool { return a.ID == b.ID })) // they are in order
}
