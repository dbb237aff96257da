package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Completion is what can be typed at a place of a filter: the bytes From to To, around the place, may become any of the candidates.
type Completion struct {
	From, To   int
	Candidates []Candidate
}

// Candidate is one way to go on.
type Candidate struct {
	Text        string // as it stands in a filter: a key with its colon, or a value
	Description string // what it means, in a few words; may be empty
	Incomplete  bool   // something has to follow, so no space belongs behind it
}

// Complete offers keys where a word begins, and the values of the key behind a colon or a comma, that begin with what is typed before
// the cursor, which is a place in text in bytes. There is none within quotes, or where no value can be known: an id, a text.
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

// lastWord is where the last word begins, and whether a quote is open in it.
func lastWord(text string) (from int, inQuotes bool) {
	opens, escaped := true, false // a quote may begin here; a backslash went before
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

// candidates are values to choose from, or to begin with.
func (k Key) candidates() []Candidate {
	switch k {
	case Event:
		return eventCandidates()
	case Status:
		return []Candidate{
			{Text: FailedName, Description: "refused, unreachable or timed out, and not delivered since"},
			{Text: string(webhook.StatusDelivered), Description: "the handler answered 2xx"},
			{Text: string(webhook.StatusRefused), Description: "the handler answered another code"},
			{Text: string(webhook.StatusUnreachable), Description: "the handler did not answer"},
			{Text: string(webhook.StatusTimedOut), Description: "the handler did not answer in time"},
			{Text: string(webhook.StatusRejected), Description: "its verdict kept it from being forwarded"},
			{Text: string(webhook.StatusSkipped), Description: "no event or route asked for it"},
			{Text: string(webhook.StatusPending), Description: "no attempt has ended yet"},
		}
	case Verdict:
		return []Candidate{
			{Text: string(webhook.VerdictValid), Description: "the signature is right"},
			{Text: string(webhook.VerdictInvalid), Description: "of another body or secret"},
			{Text: string(webhook.VerdictMissing), Description: "no signature header"},
			{Text: string(webhook.VerdictMalformed), Description: "a header that is no signature"},
			{Text: string(webhook.VerdictUnchecked), Description: "no secret known, or told not to check"},
		}
	case Origin:
		return []Candidate{
			{Text: string(webhook.OriginTunnel), Description: "from the internet"},
			{Text: string(webhook.OriginLocal), Description: "from this machine, by somebody unknown"},
			{Text: string(webhook.OriginTrigger), Description: "sent by trigger"},
			{Text: string(webhook.OriginReplay), Description: "sent again"},
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
		all = append(all, Candidate{Text: family, Description: "every event of the family"})
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
