package signature

import (
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// reserializedForms returns the body as JSON libraries re-serialize it.
func reserializedForms(d *jsontext.Document) []form {
	var all []form
	for f := range d.Defaults() {
		all = append(all, reserializedForm(d, f, rankDefault))
	}
	n, most := 0, min(maxCombinations, maxCombinedBytes/max(d.Len(), 1))
	for f := range d.Combinations() {
		if n++; n > most {
			break
		}
		all = append(all, reserializedForm(d, f, min(rankRare+n/200, rankCombined)))
	}
	return all
}

// Limits on forms other than the default output of JSON libraries. A typical payload has about a hundred combinations.
const (
	maxCombinations  = 12_000
	maxCombinedBytes = 16 << 20
)

func reserializedForm(d *jsontext.Document, f jsontext.Form, rank int) form {
	return form{rank: rank, size: int64(d.Len()), cost: 4 * int64(d.Len()), write: func(w io.Writer) error { return d.WriteTo(w, f.Style) }, findings: func() []webhook.Finding {
		how := ""
		switch len(f.Writers) {
		case 0:
		case 1:
			how = ", as " + f.Writers[0] + " writes it"
		default:
			how = ", as " + f.Writers[0] + " and others write it"
		}
		var texts, codes []string
		for _, c := range d.Changes(f.Style) {
			texts, codes = append(texts, c.Text), append(codes, c.Code)
		}
		if len(texts) > 0 {
			how += ": with " + join(texts)
		}
		out := newFinding(CodeRewritten, how)
		out.Detail = codes
		return []webhook.Finding{out}
	}}
}

// join joins items with commas and "and".
func join(items []string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
	return items[0]
}

// maxQuotedBytes limits the bodies that are encoded as a string, which needs memory.
const maxQuotedBytes = 1 << 20

// quotedForms returns the body encoded as a JSON string, which happens if a body is encoded twice.
func quotedForms(body []byte) []form {
	if len(body) > maxQuotedBytes || !utf8.Valid(body) {
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
		w := reserializedForm(d, f, rankRare)
		w.findings = func() []webhook.Finding { return []webhook.Finding{newFinding(CodeBodyQuoted)} }
		all = append(all, w)
	}
	return append(all, bytesForm(rankRare, newFinding(CodeBodyQuoted), literal))
}
