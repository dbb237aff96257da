package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Subject is what deliveries are about, such as a job.
type Subject struct {
	About string
	Last  time.Time // when the newest of its deliveries was received
}

const (
	selectSubjects = `SELECT about, max(received_at) FROM delivery d
		WHERE about <> '' AND NOT (about GLOB 'amount *' OR about GLOB 'balance *')
		GROUP BY about ORDER BY 2 DESC, 1 LIMIT ?`
	countSubjects = `SELECT count(*) FROM (SELECT DISTINCT about FROM delivery
		WHERE about <> '' AND NOT (about GLOB 'amount *' OR about GLOB 'balance *') LIMIT ?)`
)

// About returns the newest limit deliveries about some jobs, oldest first. It reads only these, by an index.
func (r *Reader) About(ctx context.Context, about []string, limit int) ([]webhook.Summary, error) {
	args := make([]any, 0, len(about)+1)
	for _, a := range about {
		args = append(args, a)
	}
	where := " WHERE d.about IN (" + strings.TrimSuffix(strings.Repeat("?,", len(about)), ",") + ") AND d.about <> '' AND NOT d.probe"
	var list []webhook.Summary
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		list, err = readSummaries(c, where+newestFirst, append(args, limit)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the deliveries of a job: %w", err)
	}
	slices.Reverse(list)
	return list, nil
}

// Subjects returns the limit jobs that were active last, newest first. It reads one index of the whole log.
func (r *Reader) Subjects(ctx context.Context, limit int) ([]Subject, error) {
	var all []Subject
	err := r.with(ctx, func(c *sqlite.Conn) error {
		all = nil
		return c.Rows(selectSubjects, []any{limit}, func(r *sqlite.Row) error {
			all = append(all, Subject{r.Text(), r.Time()})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return all, nil
}

// CountSubjects counts the jobs, at most limit.
func (r *Reader) CountSubjects(ctx context.Context, limit int) (int, error) {
	return r.count(ctx, countSubjects, limit)
}
