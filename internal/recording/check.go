package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// check returns what in a line contradicts the rest of it, or can be in no log; "" where nothing does. What is said twice is there to
// find out that it was damaged on the way.
func (l *Line) check() string {
	switch {
	case !webhook.IsID(string(l.ID)):
		return fmt.Sprintf("id %.40q is no id", l.ID)
	case l.ReceivedAt == nil:
		return "it has no received_at"
	case l.BodyBase64 == nil:
		return "it has no body_base64: it is a row of a list, not a whole delivery"
	case int64(len(*l.BodyBase64)) != l.BodyBytes:
		return fmt.Sprintf("its body has %d bytes, and body_bytes says %d", len(*l.BodyBase64), l.BodyBytes)
	case l.BodySHA256 != "" && !sumsTo(*l.BodyBase64, l.BodySHA256):
		return "its body is not the one of body_sha256"
	case l.Attempts != len(l.History):
		return fmt.Sprintf("history has %d attempts, and attempts says %d", len(l.History), l.Attempts)
	}
	if problem := l.checkTexts(); problem != "" {
		return problem
	}
	for _, link := range []webhook.ID{l.ReplayOf, l.ResolvedBy, l.MendedBy, l.SameBodyAs} {
		if link != "" && !webhook.IsID(string(link)) {
			return fmt.Sprintf("%.40q is no id", link)
		}
	}
	for i := range l.History {
		if problem := l.History[i].check(l.ID, i+1); problem != "" {
			return fmt.Sprintf("attempt %d: %s", i+1, problem)
		}
	}
	if problem := l.checkRequest(); problem != "" {
		return problem
	}
	return l.checkWords()
}

func sumsTo(body []byte, want string) bool {
	sum := sha256.Sum256(body)
	return strings.EqualFold(hex.EncodeToString(sum[:]), want)
}

// checkRequest refuses what no request that arrived can have had.
func (l *Line) checkRequest() string {
	for _, field := range []struct {
		name string
		text string
	}{{"method", l.Method}, {"path", string(l.Path)}, {"rest", string(l.Rest)}, {"query", string(l.Query)}, {"host", string(l.Host)}} {
		if strings.ContainsFunc(field.text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
			return fmt.Sprintf("%s has a space, # or a control character in it", field.name)
		}
	}
	for _, path := range []Text{l.Path, l.Rest} {
		if path != "" && path[0] != '/' || strings.Contains(string(path), "?") || webhook.HasDotSegment(string(path)) {
			return fmt.Sprintf("%.40q is no path", path)
		}
	}
	for _, name := range l.MaskedQuery {
		if strings.ContainsAny(string(name), "\n&;=") {
			return fmt.Sprintf("masked_query has %.40q in it, which is not the name of a query parameter", name)
		}
	}
	return ""
}

// checkWords checks what is one of a few words.
func (l *Line) checkWords() string {
	switch {
	case !slices.Contains(webhook.Verdicts(), l.Verdict):
		return fmt.Sprintf("there is no verdict %.40q", l.Verdict)
	case !slices.Contains(webhook.Origins(), l.Origin):
		return fmt.Sprintf("there is no origin %.40q", l.Origin)
	case !slices.Contains(webhook.Statuses(), l.Status):
		return fmt.Sprintf("there is no status %.40q", l.Status)
	}
	ended := l.delivery().History
	switch status := webhook.StatusOf(ended); {
	case len(ended) > 0 && status != l.Status:
		return fmt.Sprintf("status is %s, and its attempts make it %s", l.Status, status)
	case len(ended) == 0 && l.Status != webhook.StatusPending && l.Status.Forwardable():
		return fmt.Sprintf("status is %s, and there is no attempt", l.Status)
	}
	if problem := l.checkHeaders(); problem != "" {
		return problem
	}
	return checkMasked(l.Masked, l.Headers)
}

// checkHeaders refuses what net/http takes in from nobody, so that nothing that is made of the log has to reckon with it.
func (l *Line) checkHeaders() string {
	for _, pair := range l.Headers {
		if !isToken(string(pair[0])) {
			return fmt.Sprintf("%.40q is no header's name", pair[0])
		}
		if strings.ContainsAny(string(pair[1]), "\r\n\x00") {
			return fmt.Sprintf("header %.40s can't have a line end in its value", pair[0])
		}
	}
	return ""
}

// checkMasked makes sure of what replay goes by: names that are masked are names that are there.
func checkMasked(masked []Text, headers pairs) string {
	for _, name := range masked {
		if strings.Contains(string(name), "\n") || !slices.ContainsFunc(headers, func(p [2]Text) bool { return p[0] == name }) {
			return fmt.Sprintf("masked names %.40q, and there is no such header", name)
		}
	}
	return ""
}

func (l *attemptLine) check(id webhook.ID, n int) string {
	switch {
	case l.V != lineVersion || l.Type != attemptType:
		return "it is no attempt"
	case l.DeliveryID != id:
		return "it is of another delivery"
	case l.N != n:
		return fmt.Sprintf("its n is %d", l.N)
	case l.StartedAt == nil:
		return "it has no started_at"
	case l.Code < 0 || l.Code > 999:
		return fmt.Sprintf("there is no code %d", l.Code)
	case strings.Trim(string(l.Failure), "abcdefghijklmnopqrstuvwxyz_") != "":
		return fmt.Sprintf("there is no failure %.40q", l.Failure)
	case l.Response != "" && len(l.Base64) > 0:
		return "it has two responses"
	case l.Bytes < int64(max(len(l.Response), len(l.Base64))):
		return "its response is longer than response_bytes"
	case min(l.DurationMS, l.ConnectMS, l.FirstByteMS) < 0:
		return "a duration is less than nothing"
	}
	return checkMasked(l.Masked, l.Headers)
}
