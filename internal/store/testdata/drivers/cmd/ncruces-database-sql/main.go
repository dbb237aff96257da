// Command ncruces-database-sql is github.com/ncruces/go-sqlite3 through database/sql.
package main

import (
	"context"
	"database/sql"

	"drivers/harness"
	_ "github.com/ncruces/go-sqlite3/driver"
)

type db struct {
	p                    *sql.DB
	c                    *sql.Conn
	tx, d, b, a, m, l, k *sql.Stmt
}

var ctx = context.Background()

func (d *db) prep(s **sql.Stmt, q string) (*sql.Stmt, error) {
	if *s != nil {
		return *s, nil
	}
	var err error
	*s, err = d.c.PrepareContext(ctx, q)
	return *s, err
}
func (d *db) run(s **sql.Stmt, q string, args ...any) error {
	st, err := d.prep(s, q)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx, args...)
	return err
}
func (d *db) Exec(q string) error     { _, err := d.c.ExecContext(ctx, q); return err }
func (d *db) Begin() error            { return d.run(&d.tx, "BEGIN IMMEDIATE") }
func (d *db) Commit() error           { return d.run(&d.k, "COMMIT") }
func (d *db) Delivery(a ...any) error { return d.run(&d.d, harness.InsertDelivery, a...) }
func (d *db) Body(a ...any) error     { return d.run(&d.b, harness.InsertBody, a...) }
func (d *db) Attempt(a ...any) error  { return d.run(&d.a, harness.InsertAttempt, a...) }
func (d *db) MaxSeq() (n int64, err error) {
	st, err := d.prep(&d.m, harness.MaxSeq)
	if err != nil {
		return 0, err
	}
	err = st.QueryRowContext(ctx).Scan(&n)
	return
}
func (d *db) List() (n int, err error) {
	st, err := d.prep(&d.l, harness.List)
	if err != nil {
		return 0, err
	}
	rows, err := st.QueryContext(ctx)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq, at, bb int64
		var id, ev, stt, v, o string
		if err := rows.Scan(&seq, &id, &ev, &stt, &v, &o, &at, &bb); err != nil {
			return 0, err
		}
		n++
	}
	return n, rows.Err()
}
func (d *db) Close() error {
	for _, s := range []*sql.Stmt{d.tx, d.d, d.b, d.a, d.m, d.l, d.k} {
		if s != nil {
			s.Close()
		}
	}
	d.c.Close()
	return d.p.Close()
}

func main() {
	harness.Main(func(path string) (harness.DB, error) {
		p, err := sql.Open("sqlite3", "file:"+path)
		if err != nil {
			return nil, err
		}
		c, err := p.Conn(ctx)
		if err != nil {
			return nil, err
		}
		return &db{p: p, c: c}, nil
	})
}
