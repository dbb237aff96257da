package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// check returns what is wrong with a line: a field that contradicts another one, or a value that no log can contain. It returns "" if the
// line is valid. Redundant fields exist to detect damage.
func (l *Line) check() string {
	switch {
	case !webhook.IsID(string(l.ID)):
		return fmt.Sprintf("invalid id %.40q", l.ID)
	case l.ReceivedAt == nil:
		return "received_at is missing"
	case l.BodyBase64 == nil:
		return "body_base64 is missing: this is a row of a list, not a complete delivery"
	case int64(len(*l.BodyBase64)) != l.BodyBytes:
		return fmt.Sprintf("body_base64 has %d bytes, but body_bytes is %d", len(*l.BodyBase64), l.BodyBytes)
	case l.BodySHA256 != "" && !sumsTo(*l.BodyBase64, l.BodySHA256):
		return "body_base64 does not match body_sha256"
	case l.Attempts != len(l.History):
		return fmt.Sprintf("history has %d attempts, but attempts is %d", len(l.History), l.Attempts)
	}
	if problem := l.checkTexts(); problem != "" {
		return problem
	}
	for _, link := range []webhook.ID{l.ReplayOf, l.ResolvedBy, l.OldResolvedBy, l.SameBodyAs} {
		if link != "" && !webhook.IsID(string(link)) {
			return fmt.Sprintf("invalid id %.40q", link)
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
	return l.checkEnums()
}

func sumsTo(body []byte, want string) bool {
	sum := sha256.Sum256(body)
	return strings.EqualFold(hex.EncodeToString(sum[:]), want)
}

// checkRequest refuses values that no received request can have.
func (l *Line) checkRequest() string {
	for _, field := range []struct {
		name string
		text string
	}{{"method", l.Method}, {"path", string(l.Path)}, {"rest", string(l.Rest)}, {"query", string(l.Query)}, {"host", string(l.Host)}} {
		if strings.ContainsFunc(field.text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
			return fmt.Sprintf("%s contains a space, # or a control character", field.name)
		}
	}
	for _, path := range []Text{l.Path, l.Rest} {
		if path != "" && path[0] != '/' || strings.Contains(string(path), "?") || webhook.HasDotSegment(string(path)) {
			return fmt.Sprintf("invalid path %.40q", path)
		}
	}
	for _, name := range l.MaskedQuery {
		if strings.ContainsAny(string(name), "\n&;=") {
			return fmt.Sprintf("masked_query contains %.40q, which is not the name of a query parameter", name)
		}
	}
	return ""
}

// checkEnums checks fields with a fixed set of values.
func (l *Line) checkEnums() string {
	switch {
	case !slices.Contains(webhook.Verdicts(), l.Verdict):
		return fmt.Sprintf("unknown verdict %.40q", l.Verdict)
	case !slices.Contains(webhook.Origins(), l.Origin):
		return fmt.Sprintf("unknown origin %.40q", l.Origin)
	case !slices.Contains(webhook.Statuses(), l.Status):
		return fmt.Sprintf("unknown status %.40q", l.Status)
	}
	ended := l.delivery().History
	switch status := webhook.StatusOf(ended); {
	case len(ended) > 0 && status != l.Status:
		return fmt.Sprintf("status is %s, but the attempts result in %s", l.Status, status)
	case len(ended) == 0 && l.Status != webhook.StatusPending && l.Status.Forwardable():
		return fmt.Sprintf("status is %s, but there is no attempt", l.Status)
	}
	if problem := l.checkHeaders(); problem != "" {
		return problem
	}
	return checkMasked(l.Masked, l.Headers)
}

// checkHeaders refuses headers that net/http never accepts, so code that reads the log need not handle them.
func (l *Line) checkHeaders() string {
	for _, pair := range l.Headers {
		if !isToken(string(pair[0])) {
			return fmt.Sprintf("invalid header name %.40q", pair[0])
		}
		if strings.ContainsAny(string(pair[1]), "\r\n\x00") {
			return fmt.Sprintf("the value of header %.40s contains a line break", pair[0])
		}
	}
	return ""
}

// checkMasked checks that masked headers exist, because replay depends on them.
func checkMasked(masked []Text, headers pairs) string {
	for _, name := range masked {
		if strings.Contains(string(name), "\n") || !slices.ContainsFunc(headers, func(p [2]Text) bool { return p[0] == name }) {
			return fmt.Sprintf("masked contains %.40q, but there is no such header", name)
		}
	}
	return ""
}

func (l *attemptLine) check(id webhook.ID, n int) string {
	switch {
	case l.V != lineVersion || l.Type != attemptType:
		return "this is not an attempt"
	case l.DeliveryID != id:
		return "it belongs to another delivery"
	case l.N != n:
		return fmt.Sprintf("n is %d instead of %d", l.N, n)
	case l.StartedAt == nil:
		return "started_at is missing"
	case l.Code < 0 || l.Code > 999:
		return fmt.Sprintf("invalid code %d", l.Code)
	case strings.Trim(string(l.Failure), "abcdefghijklmnopqrstuvwxyz_") != "":
		return fmt.Sprintf("invalid failure %.40q", l.Failure)
	case l.Response != "" && len(l.Base64) > 0:
		return "it has two responses"
	case l.Bytes < int64(max(len(l.Response), len(l.Base64))):
		return "the response is longer than response_bytes"
	case min(l.DurationMS, l.ConnectMS, l.FirstByteMS) < 0:
		return "a duration is negative"
	}
	return checkMasked(l.Masked, l.Headers)
}
