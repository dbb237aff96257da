// Package sqlite opens the database of the delivery log: connections, statements, transactions, waiting for locks, and the file system
// that SQLite sees. Only this package imports the driver.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Conn is one connection to a database, with the statements that it has prepared. Only one goroutine at a time may use it.
type Conn struct {
	driver      *sqlite3.Conn
	statements  map[string]*Stmt
	busyTimeout time.Duration
	exclusive   bool
}

// maxStatements bounds the statements that one connection keeps. The program has about forty; filters create more.
const maxStatements = 64

// Options control how Open opens a database. The zero value opens an existing file for reading and writing.
type Options struct {
	Create    bool // create the file if it does not exist
	ReadOnly  bool
	Immutable bool // no process can write the file, so it needs no locks and no -shm file

	// Exclusive keeps all other processes away, and keeps in memory what SQLite otherwise shares in the -shm file.
	Exclusive bool
}

// Open opens the database at an absolute path. It registers the functions and aggregates that statements can call.
func Open(path string, o Options, functions []Function, aggregates []Aggregate) (*Conn, error) {
	registerVFS()
	flags := sqlite3.OPEN_URI | sqlite3.OPEN_READWRITE
	if o.ReadOnly {
		flags = sqlite3.OPEN_URI | sqlite3.OPEN_READONLY
	}
	if o.Create {
		flags |= sqlite3.OPEN_CREATE
	}
	uri := fileURI(path) + "?vfs=" + vfsName
	if o.Immutable {
		uri += "&immutable=1"
	}
	if o.Exclusive {
		uri += "&" + noSharedMemory + "=1"
	}
	driver, err := sqlite3.OpenFlags(uri, flags)
	if err != nil {
		return nil, err
	}
	c := &Conn{driver: driver, statements: make(map[string]*Stmt), exclusive: o.Exclusive}
	err = errors.Join(driver.BusyHandler(c.waitForLock), register(driver, functions, aggregates))
	if err == nil && o.Exclusive {
		err = c.Script("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY")
	}
	if err != nil {
		return nil, errors.Join(err, driver.Close())
	}
	return c, nil
}

// Close closes the connection and its statements.
func (c *Conn) Close() error {
	closeStatements(c)
	return c.driver.Close()
}

// Exclusive reports whether the connection keeps all other processes away.
func (c *Conn) Exclusive() bool { return c.exclusive }

// SetInterrupt makes running and later statements fail once ctx is done. It returns the previous context.
func (c *Conn) SetInterrupt(ctx context.Context) context.Context { return c.driver.SetInterrupt(ctx) }

// Prepare returns the statement with that text, ready to be bound. All parameters are bound for each run, so no value of an earlier run
// remains.
func (c *Conn) Prepare(text string) (*Stmt, error) {
	if s, ok := c.statements[text]; ok {
		s.param, s.err = 0, nil
		return s, nil
	}
	if len(c.statements) >= maxStatements {
		closeStatements(c)
	}
	driver, _, err := c.driver.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	s := &Stmt{driver: driver, row: Row{driver: driver}}
	c.statements[text] = s
	return s, nil
}

func closeStatements(c *Conn) {
	for _, s := range c.statements {
		_ = s.driver.Close() // it repeats the error of the last run, which was reported then
	}
	clear(c.statements)
}

// Script runs any number of statements without arguments. They are not kept.
func (c *Conn) Script(text string) error { return c.driver.Exec(text) }

// Exec runs a statement that returns no rows.
func (c *Conn) Exec(text string, args ...any) error {
	s, err := c.Prepare(text)
	if err != nil {
		return err
	}
	return s.Bind(args...).Run()
}

// Rows runs a statement and calls f with each of its rows. See Stmt.Each.
func (c *Conn) Rows(text string, args []any, f func(*Row) error) error {
	s, err := c.Prepare(text)
	if err != nil {
		return err
	}
	return s.Bind(args...).Each(f)
}

// Number runs a statement that returns one integer. It returns 0 if there is no row.
func (c *Conn) Number(text string, args ...any) (int64, error) {
	var n int64
	err := c.Rows(text, args, func(r *Row) error {
		n = r.Int()
		return nil
	})
	return n, err
}

// Changes returns the number of rows that the last statement inserted, updated or deleted.
func (c *Conn) Changes() int64 { return c.driver.Changes() }

// CheckpointMode says how much of the WAL a checkpoint handles (sqlite.org/pragma.html#pragma_wal_checkpoint).
type CheckpointMode int

// The checkpoint modes that the store uses.
const (
	Passive  = CheckpointMode(sqlite3.CHECKPOINT_PASSIVE)  // copy as much as possible without waiting for anyone
	Restart  = CheckpointMode(sqlite3.CHECKPOINT_RESTART)  // copy everything, and write the WAL from its start again
	Truncate = CheckpointMode(sqlite3.CHECKPOINT_TRUNCATE) // the same, and truncate the WAL to nothing
)

// Checkpoint copies the WAL into the database file.
func (c *Conn) Checkpoint(mode CheckpointMode) error {
	_, _, err := c.driver.WALCheckpoint("main", sqlite3.CheckpointMode(mode))
	return err
}

// CheckpointOnClose sets whether closing the last connection to a database checkpoints it and removes the WAL, as it does by default.
func (c *Conn) CheckpointOnClose(enabled bool) error {
	_, err := c.driver.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, !enabled)
	return err
}

// OnCommit calls f after each commit with the length of the WAL in pages. It replaces SQLite's own automatic checkpoints.
func (c *Conn) OnCommit(f func(walPages int)) {
	c.driver.WALHook(func(_ *sqlite3.Conn, _ string, pages int) error {
		f(pages)
		return nil
	})
}
