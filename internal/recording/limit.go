package recording

import (
	"bytes"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Limits of one line. Only the body may be long: vidiking records 64 KiB of a response, and headers have at most that size.
const (
	maxLineBytes   = 256 << 20 // without the line end; room for a body of 190 MB
	maxStringBytes = 1 << 20   // of one encoded string other than the body
	maxRestBytes   = 32 << 20  // without the body

	maxAttempts    = 1000      // --retry makes six per target
	maxTargetBytes = 64 << 10  // also for host, path and query: the limit of a request line
	maxErrorBytes  = 4 << 10   // of one attempt; vidiking writes a sentence or two
	maxHeaderBytes = 256 << 10 // names and values together
)

// lineLimits checks the limits of a line while it is read, so a line that is too long never gets into memory.
type lineLimits struct {
	line, rest int // bytes so far

	inString, escaped bool
	text              []byte // the beginning of the current or last string
	length            int    // length of that string so far
	isBody            bool   // the string is the value of "body_base64"
	colon             bool   // a colon follows the last string, so it is a name
}

const bodyName = "body_base64"

// add counts the next bytes of a line. It returns what is wrong with the line, or "".
func (l *lineLimits) add(piece []byte) string {
	l.line += len(piece)
	if l.line > maxLineBytes {
		return "the line is longer than 256 MiB"
	}
	for len(piece) > 0 {
		var n int
		if l.inString {
			n = l.inside(piece)
		} else {
			n = l.outside(piece)
		}
		switch {
		case l.inString && !l.isBody && l.length > maxStringBytes:
			return "a string is longer than 1 MiB"
		case l.rest > maxRestBytes:
			return "the line is longer than 32 MiB without its body"
		}
		piece = piece[n:]
	}
	return ""
}

// outside reads up to the opening quote of the next string, inclusive. It returns the number of bytes.
func (l *lineLimits) outside(piece []byte) int {
	n := bytes.IndexByte(piece, '"')
	if n < 0 {
		n = len(piece)
	}
	for _, c := range piece[:n] {
		if c > ' ' {
			l.colon = c == ':'
		}
	}
	if n < len(piece) {
		l.isBody = l.colon && string(l.text) == bodyName
		l.inString, l.text, l.length, l.colon = true, l.text[:0], 0, false
		n++
	}
	l.rest += n
	return n
}

// inside reads up to the next quote or backslash of a string. It returns the number of bytes.
func (l *lineLimits) inside(piece []byte) int {
	n := 1
	switch {
	case l.escaped:
		l.escaped = false
	case piece[0] == '\\':
		l.escaped = true
	case piece[0] == '"':
		l.inString = false
	default:
		if n = bytes.IndexAny(piece, `"\`); n < 0 {
			n = len(piece)
		}
		if room := len(bodyName) + 1 - len(l.text); room > 0 {
			l.text = append(l.text, piece[:min(n, room)]...)
		}
	}
	l.length += n
	if !l.isBody {
		l.rest += n
	}
	return n
}

// checkTexts returns which text exceeds its limit, or "". The event and its subject are truncated instead, as in received deliveries.
func (l *Line) checkTexts() string {
	for _, t := range []struct {
		name      string
		has, most int
	}{
		{"session", len(l.Session), webhook.MaxText},
		{"secret_hint", len(l.SecretHint), webhook.MaxText},
		{"method", len(l.Method), webhook.MaxText},
		{"host", len(l.Host), maxTargetBytes},
		{"path", max(len(l.Path), len(l.Rest)), maxTargetBytes},
		{"query", len(l.Query), maxTargetBytes},
		{"masked", totalLen(l.Masked), maxHeaderBytes},
		{"masked_query", totalLen(l.MaskedQuery), maxTargetBytes},
		{"expected_status", len(l.ExpectedStatus), webhook.MaxText},
		{"headers", l.Headers.size(), maxHeaderBytes},
	} {
		if t.has > t.most {
			return tooLong(t.name, t.most)
		}
	}
	if len(l.History) > maxAttempts {
		return fmt.Sprintf("there are more than %d attempts", maxAttempts)
	}
	for i := range l.History {
		if problem := l.History[i].checkTexts(); problem != "" {
			return fmt.Sprintf("attempt %d: %s", i+1, problem)
		}
	}
	return ""
}

func (l *attemptLine) checkTexts() string {
	switch {
	case len(l.Target) > maxTargetBytes:
		return tooLong("target", maxTargetBytes)
	case len(l.URL) > maxTargetBytes:
		return tooLong("url", maxTargetBytes)
	case len(l.Failure) > webhook.MaxText:
		return tooLong("failure", webhook.MaxText)
	case len(l.Error) > maxErrorBytes:
		return tooLong("error", maxErrorBytes)
	case l.Headers.size() > maxHeaderBytes:
		return tooLong("response_headers", maxHeaderBytes)
	}
	return ""
}

func tooLong(name string, most int) string {
	if most < 1<<10 {
		return fmt.Sprintf("%s has more than %d bytes", name, most)
	}
	return fmt.Sprintf("%s has more than %d KiB", name, most>>10)
}

func totalLen(texts []Text) int {
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	return n
}

func (p pairs) size() int {
	n := 0
	for _, pair := range p {
		n += len(pair[0]) + len(pair[1])
	}
	return n
}
