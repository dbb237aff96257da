package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Last is what users type for the newest delivery.
const Last = "last"

const (
	maxMatches = 5
	maxClosest = 3
)

// Resolve finds the delivery that a user means: by its id, by a unique prefix of the id with or without "dlv_", or by "last". Last is the
// newest delivery of the project (of all projects if it is empty) that is not a probe. If it finds none or several, the error is a
// *NotFoundError with the closest ids, or an *AmbiguousError.
func (r *Reader) Resolve(ctx context.Context, typed, project string) (webhook.Summary, error) {
	var found webhook.Summary
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		found, err = resolve(c, typed, project)
		return err
	})
	var notFound *NotFoundError
	var ambiguous *AmbiguousError
	if errors.As(err, &notFound) || errors.As(err, &ambiguous) {
		return webhook.Summary{}, err // it already names the typed id
	}
	if err != nil {
		return webhook.Summary{}, fmt.Errorf("find %q: %w", typed, err)
	}
	return found, nil
}

func resolve(c *sqlite.Conn, typed, project string) (webhook.Summary, error) {
	if strings.EqualFold(strings.TrimSpace(typed), Last) {
		return findLast(c, typed, project)
	}
	prefix, ok := webhook.ParsePrefix(typed)
	if !ok {
		return webhook.Summary{}, notFound(c, typed)
	}
	// In ASCII, '~' follows all characters of an id.
	matches, err := readSummaries(c, " WHERE d.id BETWEEN ? AND ?"+newestFirst, prefix, prefix+"~", maxMatches)
	switch {
	case err != nil:
		return webhook.Summary{}, err
	case len(matches) == 0:
		return webhook.Summary{}, notFound(c, typed)
	case len(matches) == 1:
		return matches[0], nil
	}
	total, err := c.Number("SELECT count(*) FROM delivery WHERE id BETWEEN ? AND ?", prefix, prefix+"~")
	if err != nil {
		return webhook.Summary{}, err
	}
	return webhook.Summary{}, &AmbiguousError{Typed: typed, Matches: matches, Total: int(total)}
}

func findLast(c *sqlite.Conn, typed, project string) (webhook.Summary, error) {
	where, args := Query{Project: project}.where()
	newest, err := readSummaries(c, where+newestFirst, append(args, 1)...)
	if err != nil {
		return webhook.Summary{}, err
	}
	if len(newest) == 1 {
		return newest[0], nil
	}
	missing := &NotFoundError{Typed: typed}
	if project != "" {
		text, args := Query{Not: project}.count()
		others, err := c.Number(text, args...)
		if err != nil {
			return webhook.Summary{}, err
		}
		missing.Elsewhere = int(others)
	}
	return webhook.Summary{}, missing
}

// notFound returns a *NotFoundError with the deliveries whose ids are closest to the typed one, or the error of searching for them.
func notFound(c *sqlite.Conn, typed string) error {
	ids, err := closestIDs(c, typed)
	if err != nil {
		return err
	}
	missing := &NotFoundError{Typed: typed}
	for _, id := range ids {
		found, err := readSummaries(c, " WHERE d.id = ?", id)
		if err != nil {
			return err
		}
		missing.Closest = append(missing.Closest, found...)
	}
	return missing
}

// An id is close to the typed one if their edit distance is at most one per three characters and at most two, or if they share their
// first four characters.
const (
	lettersPerEdit  = 3
	maxDistance     = 2
	minCommonPrefix = 4
)

// closestIDs returns the ids that are closest to the typed one, closest first. It reads all ids of the log, which takes a few
// milliseconds for 100,000, so it is only used if nothing was found.
func closestIDs(c *sqlite.Conn, typed string) ([]string, error) {
	typed = normalizeID(typed)
	if typed == "" {
		return nil, nil
	}
	limit := min(len(typed)/lettersPerEdit, maxDistance)
	var best []candidate
	err := c.Rows("SELECT id FROM delivery", nil, func(r *sqlite.Row) error {
		id := r.Raw()
		found := compareID(typed, bytes.TrimPrefix(id, []byte(webhook.IDPrefix)))
		if found.distance > limit && found.common < minCommonPrefix {
			return nil
		}
		found.id = string(id)
		at, _ := slices.BinarySearchFunc(best, found, candidate.compare)
		if best = slices.Insert(best, at, found); len(best) > maxClosest {
			best = best[:maxClosest]
		}
		return nil
	})
	ids := make([]string, 0, len(best))
	for _, b := range best {
		ids = append(ids, b.id)
	}
	return ids, err
}

// normalizeID converts to lower case, and replaces the letters that Crockford's base 32 leaves out with the ones they are mistaken for.
func normalizeID(typed string) string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	typed = strings.TrimPrefix(typed, webhook.IDPrefix)
	if len(typed) > maxTypedID {
		return ""
	}
	return strings.NewReplacer("o", "0", "i", "1", "l", "1", "u", "v").Replace(typed)
}

// maxTypedID is longer than the ten characters of an id. Anything longer is not close to one.
const maxTypedID = 16

// candidate is an id with its distance to the typed one.
type candidate struct {
	id       string
	distance int // between the typed id and as many characters of this one
	common   int // length of their common prefix
}

func (a candidate) compare(b candidate) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.common, a.common), strings.Compare(a.id, b.id))
}

func compareID(typed string, id []byte) candidate {
	common := 0
	for common < min(len(typed), len(id)) && typed[common] == id[common] {
		common++
	}
	return candidate{distance: editDistance(typed, id[:min(len(typed), len(id))]), common: common}
}

// editDistance counts the insertions, deletions, replacements and transpositions that turn a into b (optimal string alignment). Unlike
// suggest, which compares a few names, it allocates nothing: it runs for each id of the log.
func editDistance(a string, b []byte) int {
	var rows [3][maxTypedID + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
