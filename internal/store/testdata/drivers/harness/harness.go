// Package harness does the same work through each way into SQLite, and prints figures as "name value" lines.
package harness

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// DB is one connection.
type DB interface {
	Exec(sql string) error
	Begin() error
	Commit() error
	Delivery(args ...any) error
	Body(args ...any) error
	Attempt(args ...any) error
	MaxSeq() (int64, error)
	List() (int, error)
	Close() error
}

// Open opens a connection to a file.
type Open func(path string) (DB, error)

// A log like the program's own, and the statements of its hot path.
const (
	Schema = `CREATE TABLE delivery (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, status TEXT NOT NULL,
			verdict TEXT NOT NULL, origin TEXT NOT NULL, received_at INTEGER NOT NULL, change INTEGER NOT NULL, header BLOB NOT NULL,
			body_bytes INTEGER NOT NULL, body_hash BLOB NOT NULL);
		CREATE INDEX delivery_change ON delivery(change);
		CREATE TABLE body (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
		CREATE TABLE attempt (seq INTEGER NOT NULL, n INTEGER NOT NULL, target TEXT NOT NULL, code INTEGER NOT NULL,
			duration INTEGER NOT NULL, header BLOB, answer BLOB, PRIMARY KEY(seq, n)) WITHOUT ROWID;`
	InsertDelivery = "INSERT INTO delivery VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
	InsertBody     = "INSERT INTO body VALUES (?1, ?2)"
	InsertAttempt  = "INSERT INTO attempt VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	MaxSeq         = "SELECT ifnull(max(seq), 0) FROM delivery"
	List           = `SELECT seq, id, event, status, verdict, origin, received_at, body_bytes FROM delivery ORDER BY seq DESC LIMIT 50`
)

// Main is a program with Cobra, net/http and one way into SQLite; with a nil open, none.
func Main(open Open) {
	root := &cobra.Command{Use: "driver", SilenceUsage: true}
	add := func(name string, run func(args []string) error) {
		root.AddCommand(&cobra.Command{Use: name, RunE: func(_ *cobra.Command, args []string) error { return run(args) }})
	}
	add("version", func([]string) error { _, err := fmt.Println("v1"); return err })
	add("serve", func([]string) error { return http.ListenAndServe("", nil) }) // links net/http; never run
	add("one", func(a []string) error { return one(open, a[0]) })
	add("open", func(a []string) error { return list(open, a[0]) })
	add("writes", func(a []string) error { return writes(open, a[0]) })
	add("large", func(a []string) error { return large(open, a[0]) })
	add("two", func(a []string) error { return two(a[0], open) })
	add("writer", func(a []string) error { return writer(open, a[0]) })
	add("reader", func(a []string) error { return reader(open, a[0]) })
	if root.Execute() != nil {
		os.Exit(1)
	}
}

func create(open Open, path string) (DB, error) {
	db, err := open(path)
	if err != nil {
		return nil, err
	}
	return db, all(db, "PRAGMA busy_timeout=5000", "PRAGMA auto_vacuum=INCREMENTAL", "PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=NORMAL", "BEGIN", Schema, "COMMIT")
}

func join(open Open, path string) (DB, error) {
	db, err := open(path)
	if err != nil {
		return nil, err
	}
	return db, all(db, "PRAGMA busy_timeout=5000", "PRAGMA synchronous=NORMAL")
}

func all(db DB, statements ...string) error {
	for _, s := range statements {
		if err := db.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

var (
	header = []byte(strings.Repeat("x", 400))
	hash   = make([]byte, 32)
)

func deliver(db DB, seq int64, body []byte) error {
	id := make([]byte, 5)
	_, _ = rand.Read(id)
	err := db.Delivery(seq, hex.EncodeToString(id)+strconv.FormatInt(seq, 36), "render.complete", "pending", "valid", "tunnel",
		time.Now().UnixMilli(), seq, header, int64(len(body)), hash)
	if err != nil {
		return err
	}
	return db.Body(seq, body)
}

func attempt(db DB, seq int64) error {
	return db.Attempt(seq, int64(1), "http://localhost:3000/webhooks/vidiking", int64(200), int64(1000), header[:100], header[:2])
}

func inTransaction(db DB, f func() error) error {
	if err := db.Begin(); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return db.Commit()
}

// peak prints the most memory that the process has had (Linux).
func peak(name string) {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			fmt.Println(name, f[1])
		}
	}
}
