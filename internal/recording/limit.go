package recording

import (
	"bytes"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Limits of one line. Only the body may be long: our own lines keep 64 KiB of a response, and headers are as large at most.
const (
	maxLine = 256 << 20 // without its end; room for a body of 190 MB
	maxText = 1 << 20   // of one string, as it is written, other than the body
	maxRest = 32 << 20  // without the body

	maxAttempts = 1000      // --retry makes six at each target
	maxTarget   = 64 << 10  // and of host, path and query: as much as a request line may have
	maxError    = 4 << 10   // of one attempt; ours are a sentence or two
	maxHeaders  = 256 << 10 // names and values together
)

// lineLimits follows a line as it is read, so that one that is too long is refused before it is in memory.
type lineLimits struct {
	line, rest int // bytes so far

	inString, escaped bool
	text              []byte // the start of the string that is being read, or was read last
	length            int    // of that string so far
	isBody            bool   // the string is the value of "body_base64"
	colon             bool   // a colon follows the string that was read last: it is a name
}

const bodyName = "body_base64"

// add counts the next bytes of a line. It returns what is wrong with the line; empty if nothing is.
func (l *lineLimits) add(piece []byte) string {
	l.line += len(piece)
	if l.line > maxLine {
		return "it is longer than 256 MiB"
	}
	for len(piece) > 0 {
		var n int
		if l.inString {
			n = l.inside(piece)
		} else {
			n = l.outside(piece)
		}
		switch {
		case l.inString && !l.isBody && l.length > maxText:
			return "a text in it is longer than 1 MiB"
		case l.rest > maxRest:
			return "it is longer than 32 MiB without its body"
		}
		piece = piece[n:]
	}
	return ""
}

// outside reads bytes up to the next string, with its quote. It returns how many.
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

// inside reads bytes of a string, up to the next quote or backslash. It returns how many.
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

// checkTexts returns which text of a line is longer than any that the log has; empty if none is. An event and what it is about are cut
// instead, as when they arrive.
func (l *Line) checkTexts() string {
	for _, t := range []struct {
		name      string
		has, most int
	}{
		{"session", len(l.Session), webhook.MaxText},
		{"secret_hint", len(l.SecretHint), webhook.MaxText},
		{"method", len(l.Method), webhook.MaxText},
		{"host", len(l.Host), maxTarget},
		{"path", max(len(l.Path), len(l.Rest)), maxTarget},
		{"query", len(l.Query), maxTarget},
		{"masked", totalLen(l.Masked), maxHeaders},
		{"masked_query", totalLen(l.MaskedQuery), maxTarget},
		{"expected_status", len(l.ExpectedStatus), webhook.MaxText},
		{"headers", l.Headers.size(), maxHeaders},
	} {
		if t.has > t.most {
			return tooLong(t.name, t.most)
		}
	}
	if len(l.History) > maxAttempts {
		return fmt.Sprintf("it has more than %d attempts", maxAttempts)
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
	case len(l.Target) > maxTarget:
		return tooLong("target", maxTarget)
	case len(l.URL) > maxTarget:
		return tooLong("url", maxTarget)
	case len(l.Failure) > webhook.MaxText:
		return tooLong("failure", webhook.MaxText)
	case len(l.Error) > maxError:
		return tooLong("error", maxError)
	case l.Headers.size() > maxHeaders:
		return tooLong("response_headers", maxHeaders)
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
