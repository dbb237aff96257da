package signature

import (
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// writtenForms is the body as programs write it after they parsed it.
func writtenForms(d *jsontext.Document) []form {
	var all []form
	for f := range d.Defaults() {
		all = append(all, writtenForm(d, f, rankDefault))
	}
	n, most := 0, min(mostCombinations, combinedBytes/max(d.Len(), 1))
	for f := range d.Combinations() {
		if n++; n > most {
			break
		}
		all = append(all, writtenForm(d, f, min(rankRare+n/200, rankOdd)))
	}
	return all
}

// What is tried at most beyond what programs write by default. A common payload has some hundred combinations.
const (
	mostCombinations = 12_000
	combinedBytes    = 16 << 20
)

func writtenForm(d *jsontext.Document, f jsontext.Form, rank int) form {
	return form{rank: rank, size: int64(d.Len()), extra: 4 * int64(d.Len()), write: func(w io.Writer) error { return d.WriteTo(w, f.Style) }, odd: func() []webhook.Finding {
		how := ""
		switch len(f.Writers) {
		case 0:
		case 1:
			how = ", as " + f.Writers[0] + " writes it"
		default:
			how = ", as " + f.Writers[0] + " and others write it"
		}
		var says, codes []string
		for _, c := range d.Changes(f.Style) {
			says, codes = append(says, c.Text), append(codes, c.Code)
		}
		if len(says) > 0 {
			how += ": with " + list(says)
		}
		out := found(CodeRewritten, how)
		out.Detail = codes
		return []webhook.Finding{out}
	}}
}

// list puts items into words.
func list(items []string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
	return items[0]
}

// largestQuoted bounds what is encoded as a string, which takes memory.
const largestQuoted = 1 << 20

// quotedForms is the body encoded as a JSON string, which is what encoding it twice makes of it.
func quotedForms(body []byte) []form {
	if len(body) > largestQuoted || !utf8.Valid(body) {
		return nil
	}
	literal, err := json.Marshal(string(body))
	if err != nil {
		return nil
	}
	d, err := jsontext.Read(literal)
	if err != nil {
		return nil
	}
	var all []form
	for f := range d.Defaults() {
		w := writtenForm(d, f, rankRare)
		w.odd = func() []webhook.Finding { return []webhook.Finding{found(CodeBodyQuoted)} }
		all = append(all, w)
	}
	return append(all, bytesForm(rankRare, found(CodeBodyQuoted), literal))
}
