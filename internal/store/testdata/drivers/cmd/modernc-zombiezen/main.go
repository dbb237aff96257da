// Command modernc-zombiezen is the same translation through zombiezen.com/go/sqlite.
package main

import (
	"strings"

	"drivers/harness"
	"zombiezen.com/go/sqlite"
)

type db struct{ c *sqlite.Conn }

func (d *db) run(q string, args ...any) error {
	st, err := d.c.Prepare(q)
	if err != nil {
		return err
	}
	for i, a := range args {
		switch v := a.(type) {
		case int64:
			st.BindInt64(i+1, v)
		case string:
			st.BindText(i+1, v)
		case []byte:
			st.BindBytes(i+1, v)
		}
	}
	_, err = st.Step()
	if err2 := st.Reset(); err == nil {
		err = err2
	}
	return err
}
func (d *db) Exec(q string) error     { return exec(d.c, q) }
func (d *db) Begin() error            { return d.run("BEGIN IMMEDIATE") }
func (d *db) Commit() error           { return d.run("COMMIT") }
func (d *db) Delivery(a ...any) error { return d.run(harness.InsertDelivery, a...) }
func (d *db) Body(a ...any) error     { return d.run(harness.InsertBody, a...) }
func (d *db) Attempt(a ...any) error  { return d.run(harness.InsertAttempt, a...) }
func (d *db) MaxSeq() (int64, error) {
	st := d.c.Prep(harness.MaxSeq)
	_, err := st.Step()
	n := st.ColumnInt64(0)
	st.Reset()
	return n, err
}
func (d *db) List() (n int, err error) {
	st := d.c.Prep(harness.List)
	defer st.Reset()
	for {
		ok, err := st.Step()
		if err != nil || !ok {
			return n, err
		}
		_ = st.ColumnInt64(0)
		for i := 1; i < 6; i++ {
			_ = st.ColumnText(i)
		}
		_ = st.ColumnInt64(6)
		n++
	}
}
func (d *db) Close() error { return d.c.Close() }

func main() {
	harness.Main(func(path string) (harness.DB, error) {
		c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			return nil, err
		}
		return &db{c: c}, nil
	})
}

func exec(c *sqlite.Conn, q string) error {
	for q = strings.TrimSpace(q); q != ""; q = strings.TrimSpace(q) {
		st, n, err := c.PrepareTransient(q)
		if err != nil {
			return err
		}
		if st == nil {
			return nil
		}
		q = q[len(q)-n:]
		for {
			ok, err := st.Step()
			if err != nil {
				st.Finalize()
				return err
			}
			if !ok {
				break
			}
		}
		st.Finalize()
	}
	return nil
}
