package output

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// NoticeOf converts a notice of the relay. path is the ingress path.
func NoticeOf(n relay.Notice, path string, st display.Style) Notice {
	switch n.Kind {
	case relay.NoticeWrongPath:
		return wrongPath(n, path)
	case relay.NoticeHandlerBack:
		return handlerBack(n, st)
	case relay.NoticeHolding:
		return holding(n)
	case relay.NoticeGivenUp:
		return givenUp(n, st)
	case relay.NoticeTooLarge:
		return tooLarge(n)
	case relay.NoticeTooManyBytes, relay.NoticeTooSlow, relay.NoticeTooManyConns, relay.NoticeLargeHeader, relay.NoticeCrossSite:
		return limitReached(n)
	case relay.NoticeNotRecorded:
		message, hint := recordFailure(n.Err)
		return Notice{Code: "not_recorded", At: n.At, Message: message, Details: []string{hint}, Hint: hint}
	case relay.NoticeNotRead:
		return Notice{
			Code: "not_read", At: n.At, Message: "The delivery log cannot be read: " + display.Clean(n.Err.Error()) + ".",
			Details: []string{"Held deliveries and retries wait until it can be read."},
		}
	case relay.NoticeLogReplaced:
		return Notice{
			Code: "new_log", At: n.At, Message: "The delivery log was removed.",
			Details: []string{"New deliveries are recorded in a new log."},
		}
	default:
		first, _, _ := strings.Cut(n.Err.Error(), "\n")
		return Notice{
			Code: "panic", At: n.At, Message: "Internal error in vidiking (" + display.Clean(first) + ").",
			Details: []string{"The attempt is recorded as failed. Please report this with the output of --verbose: https://github.com/vidiking/vidiking-cli/issues"},
		}
	}
}

func wrongPath(n relay.Notice, path string) Notice {
	out := Notice{
		Code: "wrong_path", At: n.At,
		Message: fmt.Sprintf("POST %s returned 404: deliveries must go to %s or below it.", display.Clean(n.Path), path),
	}
	if isPlainPath(n.Path) && !webhook.HasDotSegment(n.Path) {
		out.Hint = "vidiking listen --path " + n.Path
		out.Details = []string{"To accept them on this path: " + out.Hint}
	}
	return out
}

func tooLarge(n relay.Notice) Notice {
	what := "A body"
	if n.Bytes > 0 {
		what += " of " + display.Bytes(n.Bytes)
	}
	hint := "vidiking listen --max-body 100MiB"
	return Notice{Code: "too_large", At: n.At, Message: what + " got 413: it exceeds the size limit.", Details: []string{"To accept larger bodies: " + hint}, Hint: hint}
}

// limitReached converts a notice that a limit kept a delivery out. The relay reports each limit once, so the text says
// what happens from then on.
func limitReached(n relay.Notice) Notice {
	out := Notice{At: n.At}
	switch n.Kind {
	case relay.NoticeTooManyBytes:
		out.Code, out.Message = "too_many_bytes", "Too many large bodies at once: those beyond the limit get 503."
		out.Details = []string{"Vidiking retries them."}
	case relay.NoticeTooSlow:
		out.Code, out.Message = "too_slow", "A sender got 408: it sent nothing of its body for "+display.Duration(n.Took)+"."
		out.Details = []string{"Vidiking retries it."}
	case relay.NoticeTooManyConns:
		out.Code, out.Message = "too_many_connections", fmt.Sprintf("%d connections are open: idle ones are closed to make room, otherwise new ones get 503.", n.Limit)
		out.Details = []string{"Vidiking retries deliveries that got 503."}
	case relay.NoticeLargeHeader:
		out.Code, out.Message = "header_too_large", "A request got 431: its URL and headers are larger than 64 KiB."
	default:
		from := "another site"
		if n.Site != "" {
			from = display.Clean(n.Site)
		}
		out.Code, out.Message = "other_site", "A web page from "+from+" posted here from a browser and got 403."
		out.Details = []string{"Use a program instead: curl or vidiking trigger."}
	}
	return out
}

func handlerBack(n relay.Notice, st display.Style) Notice {
	out := Notice{Code: "handler_back", At: n.At, Good: true, Message: n.Target.Host() + " is up."}
	if n.Held > 0 {
		out.Message = fmt.Sprintf("%s is back. Sending held deliveries: %s.", n.Target.Host(), display.Deliveries(n.Held))
	}
	if n.Missed > 0 {
		out.Message = fmt.Sprintf("%s is back. It missed %s.", n.Target.Host(), display.Deliveries(n.Missed))
		out.Hint = "vidiking replay --failed --since " + display.WhenArgument(n.Since, n.At, st)
		out.Details = []string{again(n.Missed) + out.Hint}
	}
	return out
}

func holding(n relay.Notice) Notice {
	return Notice{
		Code: "holding", At: n.At, Message: "Nothing is listening on " + n.Target.Host() + ".",
		Details: []string{"Deliveries are held and sent when it is back."},
	}
}

func givenUp(n relay.Notice, st display.Style) Notice {
	hint := "vidiking replay " + display.ShortID(n.ID, st)
	return Notice{
		Code: "given_up", At: n.At, Message: fmt.Sprintf("%s failed %d times and is not retried again.", display.ShortID(n.ID, st), n.Tries),
		Details: []string{"Replay it: " + hint}, Hint: hint,
	}
}

func again(n int) string {
	if n == 1 {
		return "Replay it: "
	}
	return "Replay them: "
}

// recordFailure explains why deliveries cannot be recorded, and what to do.
func recordFailure(err error) (message, hint string) {
	var attempt *store.AttemptError
	switch {
	case errors.As(err, &attempt):
		return "An attempt at " + string(attempt.ID) + " could not be recorded: " + display.Clean(attempt.Err.Error()) + ".",
			"The log shows the delivery as it was before the attempt."
	case errors.Is(err, store.ErrFull):
		return "The disk is full: deliveries cannot be recorded and get 503.", "Vidiking retries them. Free some space, or remove old deliveries: vidiking webhooks prune --keep 100"
	case errors.Is(err, store.ErrBusy):
		return "The delivery log is locked by another process: a delivery got 503.", "Vidiking retries it."
	case errors.Is(err, store.ErrReadOnly):
		return "The delivery log is read-only: deliveries get 503.", "Use another directory: vidiking listen --data-dir DIR"
	default:
		return "A delivery could not be recorded and got 503: " + display.Clean(err.Error()) + ".", "Vidiking retries it."
	}
}

// isPlainPath reports whether an outside path can be part of a command that users copy into a shell.
func isPlainPath(p string) bool {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_."
	return strings.HasPrefix(p, "/") && strings.Trim(p, plain) == ""
}
