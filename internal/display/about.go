package display

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	maxAboutBody       = 1 << 20 // of a larger body nothing is said: About stands between arrival and record
	maxAboutCharacters = 64
)

// About says what a body is about: the id in its data (a job's, an image's), else "amount 50", else "balance 312", numbers as
// they are written. It is empty where the body is larger than 1 MiB, no JSON object, or has none of these; longer than 64
// characters it is cut and ends with …. It is outside text still: clean it where it is shown.
func About(body []byte) string {
	if len(body) > maxAboutBody {
		return ""
	}
	var found clues
	due := noClue   // which clue the value that comes next is
	inData := false // within the value of the payload's data
	for s := (scanner{data: webhook.WithoutMark(body)}); ; {
		t := s.next()
		switch t.kind {
		case tokenBad:
			return ""
		case tokenEnd:
			return found.String()
		case tokenKey:
			due = noClue
			switch {
			case s.depth == 1:
				if inData = keyIs(t.text, "data"); inData {
					found = clues{} // of two keys of one name the last counts, as in encoding/json
				}
			case s.depth == 2 && inData:
				due = clueOf(t.text)
			}
		case tokenOpen, tokenString, tokenNumber, tokenWord:
			found.keep(due, t)
			due = noClue
		}
	}
}

// clues are the values, as written, that say what a delivery is about, the most telling first.
type clues [3][]byte

// Where each clue stands, and noClue for what is none.
const (
	clueID = iota
	clueAmount
	clueBalance
	noClue
)

func clueOf(key []byte) int {
	switch {
	case keyIs(key, "id"):
		return clueID
	case keyIs(key, "amount"):
		return clueAmount
	case keyIs(key, "balance"):
		return clueBalance
	default:
		return noClue
	}
}

// keep keeps a value. What is neither text nor number tells nothing, and takes back what an earlier key of that name said.
func (c *clues) keep(clue int, t token) {
	if clue == noClue {
		return
	}
	c[clue] = nil
	if t.kind == tokenString || t.kind == tokenNumber {
		c[clue] = t.text
	}
}

// String is the first of them that is not empty.
func (c *clues) String() string {
	for clue, label := range [...]string{clueID: "", clueAmount: "amount ", clueBalance: "balance "} {
		if text := literal(c[clue]); text != "" {
			return capped(label + text)
		}
	}
	return ""
}

// keyIs reports whether a key, as written, is that name.
func keyIs(key []byte, name string) bool {
	if bytes.IndexByte(key, '\\') < 0 {
		return string(key[1:len(key)-1]) == name
	}
	return literal(key) == name
}

// literal returns a string's text, or a number as written.
func literal(written []byte) string {
	if len(written) == 0 || written[0] != '"' {
		return string(written)
	}
	if inner := written[1 : len(written)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var text string
	if json.Unmarshal(written, &text) != nil {
		return "" // never: the scanner has checked it
	}
	return text
}

// capped cuts s to the characters that About gives at most.
func capped(s string) string {
	if len(s) <= maxAboutCharacters || utf8.RuneCountInString(s) <= maxAboutCharacters {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n == maxAboutCharacters {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}
