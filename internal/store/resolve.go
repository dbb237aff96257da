package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Last is what a person types for the newest delivery.
const Last = "last"

const (
	maxMatches = 5
	maxNear    = 3
)

// Resolve finds the delivery that a person means: by its id, by any beginning of the id that no other has, with or without "dlv_", or
// by "last" for the newest of a project (empty: of all projects) that is not a probe. It returns a *NotFoundError with what is near, or an *AmbiguousError.
func (r *Reader) Resolve(ctx context.Context, typed, project string) (webhook.Summary, error) {
	var found webhook.Summary
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		found, err = resolve(c, typed, project)
		return err
	})
	var notFound *NotFoundError
	var ambiguous *AmbiguousError
	if errors.As(err, &notFound) || errors.As(err, &ambiguous) {
		return webhook.Summary{}, err // it says what was typed
	}
	if err != nil {
		return webhook.Summary{}, fmt.Errorf("find %q: %w", typed, err)
	}
	return found, nil
}

func resolve(c *sqlite.Conn, typed, project string) (webhook.Summary, error) {
	if strings.EqualFold(strings.TrimSpace(typed), Last) {
		return last(c, typed, project)
	}
	prefix, ok := webhook.ParsePrefix(typed)
	if !ok {
		return notFound(c, typed)
	}
	// '~' follows every character of an id in ASCII.
	matches, err := summaries(c, " WHERE d.id BETWEEN ? AND ?"+newestFirst, prefix, prefix+"~", maxMatches)
	switch {
	case err != nil:
		return webhook.Summary{}, err
	case len(matches) == 0:
		return notFound(c, typed)
	case len(matches) == 1:
		return matches[0], nil
	}
	total, err := c.Number("SELECT count(*) FROM delivery WHERE id BETWEEN ? AND ?", prefix, prefix+"~")
	if err != nil {
		return webhook.Summary{}, err
	}
	return webhook.Summary{}, &AmbiguousError{Typed: typed, Matches: matches, Total: int(total)}
}

func last(c *sqlite.Conn, typed, project string) (webhook.Summary, error) {
	where, args := Query{Project: project}.where()
	newest, err := summaries(c, where+newestFirst, append(args, 1)...)
	if err != nil || len(newest) == 1 {
		return first(newest), err
	}
	missing := &NotFoundError{Typed: typed}
	if project != "" {
		text, args := Query{Not: project}.count()
		var others int64
		others, err = c.Number(text, args...)
		missing.Elsewhere = int(others)
	}
	if err != nil {
		return webhook.Summary{}, err
	}
	return webhook.Summary{}, missing
}

// first returns the first of a list, or nothing.
func first(list []webhook.Summary) (s webhook.Summary) {
	if len(list) > 0 {
		s = list[0]
	}
	return s
}

func summaries(c *sqlite.Conn, where string, args ...any) (list []webhook.Summary, err error) {
	err = c.Rows(selectSummaries+where, args, func(q *sqlite.Row) error {
		_, s := scanSummary(q)
		list = append(list, s)
		return nil
	})
	return list, err
}

func notFound(c *sqlite.Conn, typed string) (webhook.Summary, error) {
	ids, err := nearIDs(c, typed)
	if err != nil {
		return webhook.Summary{}, err
	}
	missing := &NotFoundError{Typed: typed}
	for _, id := range ids {
		near, err := summaries(c, " WHERE d.id = ?", id)
		if err != nil {
			return webhook.Summary{}, err
		}
		missing.Near = append(missing.Near, near...)
	}
	return webhook.Summary{}, missing
}
