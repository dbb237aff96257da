package store

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// nearIDs returns the ids that may have been meant by what was typed, the nearest first. It looks at every id of the log, some
// milliseconds for 100,000, and is asked only when nothing was found.
func nearIDs(c *sqlite.Conn, typed string) ([]string, error) {
	typed = readAsID(typed)
	if typed == "" {
		return nil, nil
	}
	slips := min(len(typed)/lettersPerSlip, maxSlips)
	var best []candidate
	err := c.Rows("SELECT id FROM delivery", nil, func(q *sqlite.Row) error {
		id := q.Raw()
		near := nearness(typed, bytes.TrimPrefix(id, []byte(webhook.IDPrefix)))
		if near.edits > slips && near.common < minCommon {
			return nil
		}
		near.id = string(id)
		at, _ := slices.BinarySearchFunc(best, near, candidate.compare)
		if best = slices.Insert(best, at, near); len(best) > maxNear {
			best = best[:maxNear]
		}
		return nil
	})
	ids := make([]string, 0, len(best))
	for _, b := range best {
		ids = append(ids, b.id)
	}
	return ids, err
}

// readAsID puts right what is often mistyped: capitals, and the letters that Crockford's base 32 leaves out for the ones they are
// taken for.
func readAsID(typed string) string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	typed = strings.TrimPrefix(typed, webhook.IDPrefix)
	const longest = 16 // an id has ten characters; what is much longer is near nothing
	if len(typed) > longest {
		return ""
	}
	return strings.NewReplacer("o", "0", "i", "1", "l", "1", "u", "v").Replace(typed)
}

// candidate is how near an id is to what was typed.
type candidate struct {
	id     string
	edits  int // between what was typed and the beginning of the id that is as long
	common int // how many characters they begin with alike
}

func (a candidate) compare(b candidate) int {
	return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(b.common, a.common), strings.Compare(a.id, b.id))
}

// Nearer than that: a slip for every three characters, two at most, or the first four alike.
const (
	lettersPerSlip = 3
	maxSlips       = 2
	minCommon      = 4
)

func nearness(typed string, id []byte) candidate {
	common := 0
	for common < min(len(typed), len(id)) && typed[common] == id[common] {
		common++
	}
	return candidate{edits: edits(typed, id[:min(len(typed), len(id))]), common: common}
}

// edits is the number of single characters to change, drop or put in, or neighbours to swap, that turn a into b.
func edits(a string, b []byte) int {
	const size = 17 // one more than readAsID lets through
	var rows [3][size]int
	before, above, here := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		above[j] = j
	}
	for i := range len(a) {
		here[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			here[j+1] = min(above[j]+cost, above[j+1]+1, here[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				here[j+1] = min(here[j+1], before[j-1]+1)
			}
		}
		before, above, here = above, here, before
	}
	return above[len(b)]
}
