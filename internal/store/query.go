package store

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/search"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Query selects deliveries that meet all of its conditions. The zero Query selects all deliveries except probes.
type Query struct {
	Filter  filter.Filter
	Session string // only of this session
	Project string // only of this project, and deliveries without a project
	Not     string // only of other projects, not deliveries without a project
	Probes  bool   // also probes
	Limit   int    // only this many of the newest; 0: all
}

// newestFirst is the order in which a limit selects the newest deliveries. Callers reverse the result.
const newestFirst = " ORDER BY d.received_at DESC, d.n DESC LIMIT ?"

// limit returns the limit for SQL, in which a negative number means no limit.
func (q Query) limit() int {
	if q.Limit == 0 {
		return -1
	}
	return q.Limit
}

// where returns the SQL that follows "FROM delivery d", with a leading space.
func (q Query) where() (text string, args []any) {
	c := q.condition()
	if c.Text != "" {
		text = " WHERE " + c.Text
	}
	return c.Join("CROSS") + text, c.Args
}

// condition returns the query as one condition. Its text is empty if the query selects everything.
func (q Query) condition() search.Condition {
	c := search.Compile(q.Filter)
	var parts []string
	var args []any
	if q.Session != "" {
		parts, args = append(parts, "d.session = ?"), append(args, q.Session)
	}
	if q.Project != "" {
		parts, args = append(parts, "d.project IN (?, '')"), append(args, q.Project)
	}
	if q.Not != "" {
		parts, args = append(parts, "d.project <> '' AND d.project <> ?"), append(args, q.Not)
	}
	if !q.Probes {
		parts = append(parts, "NOT d.probe")
	}
	if c.Text != "" {
		parts = append(parts, c.Text)
	}
	c.Text = strings.Join(parts, " AND ")
	c.Args = append(args, c.Args...)
	return c
}

// selectsWithoutFilter reports whether the query, which has no filter, selects a delivery. condition says the same in SQL.
func (q Query) selectsWithoutFilter(d *webhook.Summary) bool {
	return (q.Session == "" || d.Session == q.Session) && (q.Project == "" || d.Project == q.Project || d.Project == "") &&
		(q.Not == "" || d.Project != "" && d.Project != q.Not) && (q.Probes || !d.Probe)
}

// count returns the SQL that counts the matching deliveries.
func (q Query) count() (text string, args []any) {
	where, args := q.where()
	if q.isCounted() {
		return "SELECT ifnull(sum(d.n), 0) FROM delivery_count d" + where, args
	}
	return "SELECT count(*) FROM (SELECT 1 FROM delivery d" + where + " LIMIT ?)", append(args, q.limit())
}

// isCounted reports whether the table delivery_count, which has the columns project and probe, can answer how many deliveries match.
func (q Query) isCounted() bool { return q.Filter.IsZero() && q.Session == "" && q.Limit == 0 }
