package listen

import (
	"errors"

	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// sessionLog is the delivery log of a session.
type sessionLog struct {
	*store.Log

	errors      logErrors
	lacksSecret bool // no handler has accepted a delivery signed with the generated secret
}

// logFailed shows that queued records could not be written, or that the log was replaced.
func (s *Session) logFailed(err error) {
	n := relay.Notice{Kind: relay.NoticeNotRecorded, At: s.o.System.Now(), Err: err}
	var gone *store.NotFoundError
	switch {
	case errors.As(err, &gone): // an attempt of a delivery that was removed with its log
		return
	case errors.Is(err, store.ErrReplaced):
		n.Kind = relay.NoticeNewLog
		_ = s.announce.Reannounce() // other commands can do without
	}
	s.display.view.Notify(n)
}
