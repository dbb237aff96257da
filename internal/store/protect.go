package store

import (
	"errors"
	"fmt"
)

// protect runs f, which uses the connection, and returns a panic in it as an error. The driver panics if SQLite has no memory for a
// text. The connection can be used again after that: its statements are prepared anew, and the open transaction is rolled back.
func protect(c *conn, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(fmt.Errorf("the database panicked: %v", p), c.restore())
		}
	}()
	return f()
}

func (c *conn) restore() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("roll back after a panic: %v", p)
		}
	}()
	c.forget()
	if c.GetAutocommit() {
		return nil
	}
	return c.Exec("ROLLBACK")
}
