// Command modernc-driver is modernc.org/sqlite through its driver.Conn.
package main

import (
	"context"
	"database/sql/driver"
	"io"

	"drivers/harness"
	"modernc.org/sqlite"
)

type db struct {
	c                    driver.Conn
	tx, d, b, a, m, l, k driver.Stmt
	nv                   []driver.NamedValue
}

var ctx = context.Background()

func (d *db) prep(s *driver.Stmt, q string) (driver.Stmt, error) {
	if *s != nil {
		return *s, nil
	}
	var err error
	*s, err = d.c.Prepare(q)
	return *s, err
}
func (d *db) run(s *driver.Stmt, q string, args ...any) error {
	st, err := d.prep(s, q)
	if err != nil {
		return err
	}
	nv := d.nv[:0]
	for i, a := range args {
		nv = append(nv, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	d.nv = nv
	_, err = st.(driver.StmtExecContext).ExecContext(ctx, nv)
	return err
}
func (d *db) Exec(q string) error {
	_, err := d.c.(driver.ExecerContext).ExecContext(ctx, q, nil)
	return err
}
func (d *db) Begin() error            { return d.run(&d.tx, "BEGIN IMMEDIATE") }
func (d *db) Commit() error           { return d.run(&d.k, "COMMIT") }
func (d *db) Delivery(a ...any) error { return d.run(&d.d, harness.InsertDelivery, a...) }
func (d *db) Body(a ...any) error     { return d.run(&d.b, harness.InsertBody, a...) }
func (d *db) Attempt(a ...any) error  { return d.run(&d.a, harness.InsertAttempt, a...) }
func (d *db) rows(s *driver.Stmt, q string, n int, f func([]driver.Value)) error {
	st, err := d.prep(s, q)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(ctx, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	v := make([]driver.Value, n)
	for {
		if err := rows.Next(v); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		f(v)
	}
}
func (d *db) MaxSeq() (n int64, err error) {
	err = d.rows(&d.m, harness.MaxSeq, 1, func(v []driver.Value) { n = v[0].(int64) })
	return
}
func (d *db) List() (n int, err error) {
	err = d.rows(&d.l, harness.List, 8, func(v []driver.Value) { n++ })
	return
}
func (d *db) Close() error {
	for _, s := range []driver.Stmt{d.tx, d.d, d.b, d.a, d.m, d.l, d.k} {
		if s != nil {
			s.Close()
		}
	}
	return d.c.Close()
}

func main() {
	harness.Main(func(path string) (harness.DB, error) {
		c, err := (&sqlite.Driver{}).Open("file:" + path)
		if err != nil {
			return nil, err
		}
		return &db{c: c}, nil
	})
}
