package webhook

import (
	"bytes"
	"slices"
	"strings"
)

// Lacks describes what another record of the same delivery has and this one does not, in a few words; "" if there is nothing. An
// import uses it for deliveries that the log already has. This record may have more than the other one: later attempts, the
// replay that resolved it, and values that the other record masks.
func (d Delivery) Lacks(other Delivery) string {
	switch {
	case !bytes.Equal(d.Body, other.Body):
		return "another payload"
	case !d.ReceivedAt.Equal(other.ReceivedAt):
		return "another time"
	case d.Origin != other.Origin, d.Session != other.Session, d.ReplayOf != other.ReplayOf, d.SameBodyAs != other.SameBodyAs:
		return "another origin"
	case d.Event != other.Event, d.About != other.About:
		return "another event"
	case d.Verdict != other.Verdict, d.SecretHint != other.SecretHint:
		return "another verdict"
	case !coversHeader(d.Header, d.Masked, other.Header, other.Masked):
		return "other headers"
	case !d.coversRequest(other):
		return "another request"
	case other.ResolvedBy != "" && d.ResolvedBy != other.ResolvedBy:
		return "a replay that resolved it"
	case len(d.History) < len(other.History):
		return "a later attempt"
	case len(d.History) == 0 && d.Status != other.Status:
		return "another status"
	}
	for i := range other.History {
		if !d.History[i].covers(other.History[i]) {
			return "another attempt"
		}
	}
	return ""
}

// coversRequest compares request and expectation. Records of older versions have no request.
func (d Delivery) coversRequest(other Delivery) bool {
	if other.Method != "" && (d.Method != other.Method || d.Path != other.Path || d.Rest != other.Rest || maskParameters(d.Query, other.MaskedQuery) != other.Query) {
		return false
	}
	return d.Host == other.Host && d.Probe == other.Probe && d.ExpectedStatus == other.ExpectedStatus
}

func (a Attempt) covers(other Attempt) bool {
	if !coversHeader(a.Header, a.Masked, other.Header, other.Masked) || !bytes.Equal(a.Response, other.Response) {
		return false
	}
	return a.N == other.N && coversURL(a.Target, other.Target) && coversURL(a.RequestURL(), other.RequestURL()) && a.StartedAt.Equal(other.StartedAt) && a.Code == other.Code &&
		a.Failure == other.Failure && a.Error == other.Error && a.Duration == other.Duration && a.Connect == other.Connect &&
		a.FirstByte == other.FirstByte && a.ResponseBytes == other.ResponseBytes && a.ResponseTruncated == other.ResponseTruncated
}

// coversURL compares URLs. Credentials in theirs may be masked.
func coversURL(mine, theirs string) bool { return mine == theirs || MaskURL(mine) == theirs }

// coversHeader compares headers field by field. A value that theirs masks matches any value of ours. A value that only ours masks
// is missing.
func coversHeader(h Header, masked []string, other Header, otherMasked []string) bool {
	return slices.EqualFunc(h, other, func(mine, theirs Field) bool {
		if mine.Name != theirs.Name {
			return false
		}
		if containsName(otherMasked, theirs.Name) {
			return true
		}
		return mine.Value == theirs.Value && !containsName(masked, mine.Name)
	})
}

func containsName(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
