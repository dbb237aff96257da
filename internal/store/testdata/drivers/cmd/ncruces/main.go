// Command ncruces is github.com/ncruces/go-sqlite3 through its own interface.
package main

import (
	"drivers/harness"
	"github.com/ncruces/go-sqlite3"
)

type db struct {
	c                    *sqlite3.Conn
	tx, d, b, a, m, l, k *sqlite3.Stmt
}

func (d *db) prep(s **sqlite3.Stmt, q string) (*sqlite3.Stmt, error) {
	if *s != nil {
		return *s, nil
	}
	var err error
	*s, _, err = d.c.Prepare(q)
	return *s, err
}
func (d *db) run(s **sqlite3.Stmt, q string, args ...any) error {
	st, err := d.prep(s, q)
	if err != nil {
		return err
	}
	for i, a := range args {
		switch v := a.(type) {
		case int64:
			err = st.BindInt64(i+1, v)
		case string:
			err = st.BindText(i+1, v)
		case []byte:
			err = st.BindBlob(i+1, v)
		}
		if err != nil {
			return err
		}
	}
	return st.Exec()
}
func (d *db) Exec(q string) error     { return d.c.Exec(q) }
func (d *db) Begin() error            { return d.run(&d.tx, "BEGIN IMMEDIATE") }
func (d *db) Commit() error           { return d.run(&d.k, "COMMIT") }
func (d *db) Delivery(a ...any) error { return d.run(&d.d, harness.InsertDelivery, a...) }
func (d *db) Body(a ...any) error     { return d.run(&d.b, harness.InsertBody, a...) }
func (d *db) Attempt(a ...any) error  { return d.run(&d.a, harness.InsertAttempt, a...) }
func (d *db) MaxSeq() (int64, error) {
	st, err := d.prep(&d.m, harness.MaxSeq)
	if err != nil {
		return 0, err
	}
	st.Step()
	n := st.ColumnInt64(0)
	return n, st.Reset()
}
func (d *db) List() (n int, err error) {
	st, err := d.prep(&d.l, harness.List)
	if err != nil {
		return 0, err
	}
	for st.Step() {
		_ = st.ColumnInt64(0)
		for i := 1; i < 6; i++ {
			_ = st.ColumnText(i)
		}
		_ = st.ColumnInt64(6)
		n++
	}
	return n, st.Reset()
}
func (d *db) Close() error {
	for _, s := range []*sqlite3.Stmt{d.tx, d.d, d.b, d.a, d.m, d.l, d.k} {
		if s != nil {
			s.Close()
		}
	}
	return d.c.Close()
}

func main() {
	harness.Main(func(path string) (harness.DB, error) {
		c, err := sqlite3.Open("file:" + path)
		if err != nil {
			return nil, err
		}
		return &db{c: c}, nil
	})
}
