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

// NoticeOf puts what the relay says beside deliveries into words. The path is that of the ingress.
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
	case relay.NoticeTooMany, relay.NoticeTooSlow, relay.NoticeTooManyConns, relay.NoticeLargeHeader, relay.NoticeOtherSite:
		return limitReached(n)
	case relay.NoticeNotRecorded:
		message, hint := recordFailure(n.Err)
		return Notice{Code: "not_recorded", At: n.At, Message: message, Details: []string{hint}, Hint: hint}
	case relay.NoticeNotRead:
		return Notice{
			Code: "not_read", At: n.At, Message: "The delivery log can't be read: " + display.Clean(n.Err.Error()) + ".",
			Details: []string{"Held deliveries and retries wait until it can be."},
		}
	case relay.NoticeNewLog:
		return Notice{
			Code: "new_log", At: n.At, Message: "The delivery log was taken away.",
			Details: []string{"A new one has begun: what comes is recorded there."},
		}
	default:
		first, _, _ := strings.Cut(n.Err.Error(), "\n")
		return Notice{
			Code: "panic", At: n.At, Message: "vidiking ran into a bug of its own (" + display.Clean(first) + ").",
			Details: []string{"The attempt is recorded as failed. Please report this, with what --verbose shows: https://github.com/vidiking/vidiking-cli/issues"},
		}
	}
}

// stackOf returns the stack trace of a NoticePanic in lines.
func stackOf(n relay.Notice) []string {
	_, stack, _ := strings.Cut(n.Err.Error(), "\n")
	lines := strings.Split(strings.TrimSpace(stack), "\n")
	for i := range lines {
		lines[i] = display.Clean(strings.ReplaceAll(lines[i], "\t", "  "))
	}
	return lines
}

func wrongPath(n relay.Notice, path string) Notice {
	out := Notice{
		Code: "wrong_path", At: n.At,
		Message: fmt.Sprintf("POST %s got 404: deliveries come to %s and below it.", display.Clean(n.Path), path),
	}
	if isPlainPath(n.Path) && !webhook.HasDotSegment(n.Path) {
		out.Hint = "vidiking listen --path " + n.Path
		out.Details = []string{"To take them there: " + out.Hint}
	}
	return out
}

func tooLarge(n relay.Notice) Notice {
	what := "A body"
	if n.Bytes > 0 {
		what += " of " + display.Bytes(n.Bytes)
	}
	hint := "vidiking listen --max-body 100MiB"
	return Notice{Code: "too_large", At: n.At, Message: what + " got 413: it is larger than is taken.", Details: []string{"To take larger ones: " + hint}, Hint: hint}
}

// limitReached is the notice of a limit that kept deliveries out. Each is reported once, so it says what happens from then on.
func limitReached(n relay.Notice) Notice {
	out := Notice{At: n.At}
	switch n.Kind {
	case relay.NoticeTooMany:
		out.Code, out.Message = "too_many_bytes", "Too many large bodies came at once: those that don't fit get 503."
		out.Details = []string{"Vidiking sends them again."}
	case relay.NoticeTooSlow:
		out.Code, out.Message = "too_slow", "A sender got 408: nothing of its body came for "+display.Duration(n.Took)+"."
		out.Details = []string{"Vidiking sends it again."}
	case relay.NoticeTooManyConns:
		out.Code, out.Message = "too_many_connections", fmt.Sprintf("%d connections are open: idle ones are closed for new ones, which else get 503.", n.Limit)
		out.Details = []string{"Vidiking sends again what got 503."}
	case relay.NoticeLargeHeader:
		out.Code, out.Message = "header_too_large", "A request got 431: its URL and headers are larger than 64 KiB."
	default:
		from := "another site"
		if n.Site != "" {
			from = display.Clean(n.Site)
		}
		out.Code, out.Message = "other_site", "A web page of "+from+" posted here from a browser, and got 403."
		out.Details = []string{"Send from a program instead: curl, or vidiking trigger."}
	}
	return out
}

func handlerBack(n relay.Notice, st display.Style) Notice {
	out := Notice{Code: "handler_back", At: n.At, Good: true, Message: n.Target.Host() + " is up."}
	if n.Held > 0 {
		out.Message = fmt.Sprintf("%s is back. Sending what was held: %s.", n.Target.Host(), display.Deliveries(n.Held))
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
		Details: []string{"Deliveries are held, and sent when it is back."},
	}
}

func givenUp(n relay.Notice, st display.Style) Notice {
	hint := "vidiking replay " + display.ShortID(n.ID, st)
	return Notice{
		Code: "given_up", At: n.At, Message: fmt.Sprintf("%s failed %d times and is not tried again.", display.ShortID(n.ID, st), n.Tries),
		Details: []string{"Send it again: " + hint}, Hint: hint,
	}
}

func again(n int) string {
	if n == 1 {
		return "Send it again: "
	}
	return "Send them again: "
}

// recordFailure says why deliveries can't be recorded, and what to do.
func recordFailure(err error) (message, hint string) {
	var attempt *store.AttemptError
	switch {
	case errors.As(err, &attempt):
		return "An attempt at " + string(attempt.ID) + " could not be recorded: " + display.Clean(attempt.Err.Error()) + ".",
			"The log shows the delivery as it was before."
	case errors.Is(err, store.ErrFull):
		return "The disk is full: deliveries can't be recorded, and are answered 503.", "Vidiking sends them again. Free some space, or remove old deliveries: vidiking webhooks prune --keep 100"
	case errors.Is(err, store.ErrBusy):
		return "Another process keeps the delivery log busy: a delivery was answered 503.", "Vidiking sends it again."
	case errors.Is(err, store.ErrReadOnly):
		return "The delivery log can't be written: deliveries are answered 503.", "Use another directory: vidiking listen --data-dir DIR"
	default:
		return "A delivery could not be recorded, and was answered 503: " + display.Clean(err.Error()) + ".", "Vidiking sends it again."
	}
}

// isPlainPath reports whether a path from outside can stand in a command that is copied into a shell.
func isPlainPath(p string) bool {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_."
	return strings.HasPrefix(p, "/") && strings.Trim(p, plain) == ""
}
