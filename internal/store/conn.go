package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// conn is one connection to the log with the statements it has prepared. One goroutine at a time uses it.
type conn struct {
	*sqlite3.Conn
	kept     map[string]*query
	patience time.Duration // see waitBusy
	alone    bool          // it keeps every other process away from the log
}

// maxKept bounds the statements of one connection. The program has some forty texts; filters make more.
const maxKept = 64

// openConn opens the log. Options are SQLite's own, as in "&immutable=1".
func openConn(path string, flags sqlite3.OpenFlag, options ...string) (*conn, error) {
	useDisk()
	c, err := sqlite3.OpenFlags(fileURI(path)+"?vfs="+diskName+strings.Join(options, ""), flags|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	if err := addFunctions(c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &conn{Conn: c, kept: make(map[string]*query)}, nil
}

// prepare returns the kept statement of that text, to be bound anew. Its parameters are never left unbound, so nothing of an earlier
// run shows.
func (c *conn) prepare(text string) (*query, error) {
	if q, ok := c.kept[text]; ok {
		q.param, q.err = 0, nil
		return q, nil
	}
	if len(c.kept) >= maxKept {
		c.forget()
	}
	st, _, err := c.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	q := &query{st: st}
	c.kept[text] = q
	return q, nil
}

// exec runs a statement that gives no rows.
func (c *conn) exec(text string, args ...any) error {
	q, err := c.prepare(text)
	if err != nil {
		return err
	}
	return q.bind(args...).run()
}

// rows runs a statement and calls row for each of its rows.
func (c *conn) rows(text string, args []any, row func(*query) error) error {
	q, err := c.prepare(text)
	if err != nil {
		return err
	}
	return q.bind(args...).each(row)
}

// number runs a statement that gives one integer; no row gives 0.
func (c *conn) number(text string, args ...any) (int64, error) {
	var n int64
	err := c.rows(text, args, func(q *query) error {
		n = q.int()
		return nil
	})
	return n, err
}

func (c *conn) forget() {
	for _, q := range c.kept {
		_ = q.st.Close() // what a statement's last run failed with was reported then
	}
	clear(c.kept)
}

func (c *conn) close() error {
	c.forget()
	return c.Conn.Close()
}
