package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Completion lists what can be typed at a position of a filter: the bytes From to To can be replaced by any of the candidates.
type Completion struct {
	From, To   int
	Candidates []Candidate
}

// Candidate is a possible completion.
type Candidate struct {
	Text        string // a key with its colon, or a value, as written in a filter
	Description string // a short explanation; may be empty
	Incomplete  bool   // more text must follow, so no space should be inserted
}

// Complete returns the completions at the cursor, a byte offset in text: keys at the beginning of a word, and values after a colon or a
// comma. They begin with the text before the cursor. There are none inside quotes, or for keys with arbitrary values such as ids.
func Complete(text string, cursor int) Completion {
	cursor = max(0, min(cursor, len(text)))
	from, inQuotes := lastWord(text[:cursor])
	if inQuotes {
		return Completion{From: cursor, To: cursor}
	}
	to := len(text)
	if i := strings.IndexFunc(text[cursor:], unicode.IsSpace); i >= 0 {
		to = cursor + i
	}
	if strings.HasPrefix(text[from:cursor], "-") {
		from++
	}
	name, value, found := strings.Cut(text[from:cursor], ":")
	if !found {
		if i := strings.IndexByte(text[cursor:to], ':'); i >= 0 {
			to = cursor + i + 1
		}
		return Completion{from, to, beginning(text[from:cursor], keyCandidates())}
	}
	from = cursor - len(value) + strings.LastIndexByte(value, ',') + 1
	if i := strings.IndexByte(text[cursor:to], ','); i >= 0 {
		to = cursor + i
	}
	return Completion{from, to, beginning(text[from:cursor], Key(strings.ToLower(name)).candidates())}
}

// lastWord returns where the last word begins, and whether it contains an open quote.
func lastWord(text string) (from int, inQuotes bool) {
	opens, escaped := true, false // a quote may begin here; the last byte was a backslash
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case inQuotes:
			inQuotes, escaped = r != '"', r == '\\'
		case r == '"' && opens:
			inQuotes = true
		case unicode.IsSpace(r):
			from = i + utf8.RuneLen(r)
		}
		opens = !inQuotes && (unicode.IsSpace(r) || r == ':' || r == ',' || r == '-' && i == from)
	}
	return from, inQuotes
}

func beginning(typed string, all []Candidate) []Candidate {
	var found []Candidate
	for _, c := range all {
		if len(c.Text) >= len(typed) && strings.EqualFold(c.Text[:len(typed)], typed) {
			found = append(found, c)
		}
	}
	return found
}

func keyCandidates() []Candidate {
	var all []Candidate
	for _, k := range Keys() {
		all = append(all, Candidate{Text: string(k.Key) + ":", Description: k.Description, Incomplete: true})
	}
	return all
}

// candidates returns all values of the key, or examples.
func (k Key) candidates() []Candidate {
	switch k {
	case Event:
		return eventCandidates()
	case Status:
		return []Candidate{
			{Text: FailedName, Description: "refused, unreachable or timed out, and not resolved"},
			{Text: string(webhook.StatusDelivered), Description: "the handler responded with 2xx"},
			{Text: string(webhook.StatusRefused), Description: "the handler responded with another code"},
			{Text: string(webhook.StatusUnreachable), Description: "the handler could not be reached"},
			{Text: string(webhook.StatusTimedOut), Description: "the handler did not respond in time"},
			{Text: string(webhook.StatusRejected), Description: "not forwarded because of its verdict"},
			{Text: string(webhook.StatusSkipped), Description: "no route or event filter selected it"},
			{Text: string(webhook.StatusPending), Description: "not yet attempted"},
		}
	case Verdict:
		return []Candidate{
			{Text: string(webhook.VerdictValid), Description: "the signature is valid"},
			{Text: string(webhook.VerdictInvalid), Description: "signed with another body or secret"},
			{Text: string(webhook.VerdictMissing), Description: "no signature header"},
			{Text: string(webhook.VerdictMalformed), Description: "the header is not a signature"},
			{Text: string(webhook.VerdictUnchecked), Description: "not verified, or no secret known"},
		}
	case Origin:
		return []Candidate{
			{Text: string(webhook.OriginTunnel), Description: "from the internet"},
			{Text: string(webhook.OriginLocal), Description: "from another program on this machine"},
			{Text: string(webhook.OriginTrigger), Description: "sent by trigger"},
			{Text: string(webhook.OriginReplay), Description: "sent by replay"},
			{Text: string(webhook.OriginEmulator), Description: "from the emulator"},
		}
	case Since, Until:
		return plain(TimeSuggestions()...)
	case Took:
		return plain(">500ms", ">1s", ">2s", ">10s")
	case Code:
		return plain("2xx", "4xx", "5xx", "401", "404", "500", ">=400", ">=500")
	case Size:
		return plain(">1kB", ">10kB", ">1MB")
	case Attempts:
		return plain("0", "1", ">1")
	}
	return nil
}

func eventCandidates() []Candidate {
	var all []Candidate
	for _, family := range webhook.EventFamilies() {
		all = append(all, Candidate{Text: family, Description: "all events of this group"})
	}
	for _, e := range webhook.Events() {
		all = append(all, Candidate{Text: e.Name, Description: e.When})
	}
	return all
}

func plain(values ...string) []Candidate {
	var all []Candidate
	for _, v := range values {
		all = append(all, Candidate{Text: v})
	}
	return all
}
