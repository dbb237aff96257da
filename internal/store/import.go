package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Import brings recorded deliveries into the log with their ids, times and attempts: all of them, or none.
//
// What only a whole delivery needs is written ahead, in short transactions between which a running listen has its turn. As long as no
// row of the table delivery leads there, nobody sees it. Commit adds those rows at once. What an import that was killed has written
// ahead, the next one clears away.
type Import struct {
	conn       *sqlite.Conn
	lock       *flock.Flock
	unfinished string // a file that is there as long as something may be written ahead
	now        func() time.Time
	retention  Retention

	base    int64 // delivery.n of the first is one more
	staged  int64
	present int
	open    int // deliveries in the open transaction
	bytes   int // of them
}

// Imported is what an import did.
type Imported struct {
	Added   int
	Present int // were in the log already, and are as they were
	Beyond  int // of the added, those that are beyond what the log keeps and go when it is tidied next
}

// ClashError says that the log has another delivery under an id, or the same one and less of it.
type ClashError struct {
	ID     webhook.ID
	Reason string // what the recording has and the log has not: "a later attempt"
}

func (e *ClashError) Error() string {
	return fmt.Sprintf("the log has %s, and the recording %s", e.ID, e.Reason)
}

// ErrImporting says that another process imports into the same log.
var ErrImporting = errors.New("another import into this log is under way")

const (
	importLock       = "import.lock"
	importUnfinished = "import.unfinished"

	// Bounds of one transaction, some 20 ms; and after it a pause that is longer than whoever waits for the lock sleeps between two
	// looks (see pause), so that a listen never waits for more than one.
	importJobs  = 512
	importBytes = 4 << 20
	importPause = 11 * time.Millisecond

	// importBlock is how many numbers an import has to itself. They are below zero, since those above are the rows of changes, and
	// grow with the place in the recording, so that what was received in the same millisecond keeps its order.
	importBlock = 1 << 32

	// The same columns as delivery, whatever they are. It belongs to the connection, and is gone with it.
	createStaged = "CREATE TEMP TABLE staged AS SELECT * FROM main.delivery WHERE 0"
	indexStaged  = "CREATE UNIQUE INDEX temp.staged_by_id ON staged (id)"

	insertStaged = `INSERT INTO temp.staged (n, id, session, received_at, origin, event, about, status, verdict, secret_hint,
		replay_of, resolved_by, same_body_as, body_bytes, body_hash, attempts, target, code, duration, failure, masked,
		` + requestColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	publishStaged = "INSERT INTO main.delivery SELECT * FROM temp.staged ORDER BY rowid"

	// A delivery came, and each attempt at it ended. They share numbers in groups, so that a reader need not take them all at once.
	publishChanges = `INSERT INTO main.change (row, seq, kind, delivery, attempt)
		SELECT ?1 + i, min(?1 + (i + 255) / 256 * 256, ?2), CASE attempt WHEN 0 THEN 1 ELSE 2 END, delivery, attempt
		FROM (SELECT row_number() OVER (ORDER BY delivery, attempt) AS i, delivery, attempt FROM (
			SELECT n AS delivery, 0 AS attempt FROM temp.staged
			UNION ALL SELECT a.delivery, a.n FROM temp.staged s JOIN main.attempt a ON a.delivery = s.n))`
	countChanges = "SELECT (SELECT count(*) FROM temp.staged) + (SELECT coalesce(sum(attempts), 0) FROM temp.staged)"

	lowestNumber = "SELECT min((SELECT coalesce(min(n), 0) FROM main.content), (SELECT coalesce(min(n), 0) FROM main.delivery), 0)"
)

// OpenImport opens the log in dir for an import, and makes it where there is none. The caller closes it.
func OpenImport(ctx context.Context, dir string, o Options) (*Import, error) {
	i, err := openImport(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("open the delivery log in %s: %w", dir, sqlite.Classify(err))
	}
	return i, nil
}

func openImport(ctx context.Context, dir string, o Options) (*Import, error) {
	path, err := createFile(dir)
	if err != nil {
		return nil, err
	}
	i := &Import{
		lock: flock.New(filepath.Join(dir, importLock), flock.SetPermissions(sqlite.FileMode)), unfinished: filepath.Join(dir, importUnfinished),
		now: o.Now, retention: o.Retention.orDefault(),
	}
	if i.now == nil {
		i.now = time.Now
	}
	for _, name := range []string{i.lock.Path(), i.unfinished} {
		if err := atomicfile.CheckRegular(name); err != nil {
			return nil, err
		}
	}
	locked, err := i.lock.TryLock()
	switch {
	case err != nil:
		return nil, err
	case !locked:
		return nil, ErrImporting
	}
	if i.conn, err = openWriting(ctx, path); err != nil {
		return nil, errors.Join(err, i.lock.Unlock())
	}
	i.conn.SetInterrupt(ctx)
	if err := i.begin(ctx); err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

// begin clears away what an import before left, and takes a block of numbers.
func (i *Import) begin(ctx context.Context) error {
	if _, err := os.Stat(i.unfinished); err == nil {
		if err := clearUnfinished(ctx, i.conn, i.unfinished); err != nil {
			return err
		}
	}
	if err := os.WriteFile(i.unfinished, nil, sqlite.FileMode); err != nil {
		return err
	}
	if err := errors.Join(i.conn.Script(createStaged), i.conn.Script(indexStaged)); err != nil {
		return err
	}
	lowest, err := i.conn.Number(lowestNumber)
	i.base = lowest - importBlock
	return err
}

// Add takes a delivery as a recording has it. One that the log has already, with all that the recording has of it, is counted and left
// as it is. Otherwise the error is a *ClashError.
func (i *Import) Add(ctx context.Context, d *webhook.Delivery) error {
	i.conn.SetInterrupt(ctx)
	err := sqlite.Protect(i.conn, func() error { return i.add(ctx, d) })
	var clash *ClashError
	if err == nil || errors.As(err, &clash) {
		return err
	}
	return fmt.Errorf("import %s: %w", d.ID, sqlite.Classify(err))
}

func (i *Import) add(ctx context.Context, d *webhook.Delivery) error {
	present, err := i.find(d.ID)
	if err != nil {
		return err
	}
	if present == nil {
		return i.stage(ctx, d)
	}
	if reason := present.Lacks(*d); reason != "" {
		return &ClashError{ID: d.ID, Reason: reason}
	}
	i.present++
	return nil
}

// find reads the delivery of that id, in the log or among what was added before; nil where there is none.
func (i *Import) find(id webhook.ID) (found *webhook.Delivery, err error) {
	for _, table := range []string{"main.delivery", "temp.staged"} {
		var n int64
		err := i.conn.Rows("SELECT "+summaryColumns+" FROM "+table+" d WHERE d.id = ?", []any{string(id)}, func(q *sqlite.Row) error {
			found = &webhook.Delivery{}
			n, found.Summary = scanSummary(q)
			return nil
		})
		if err != nil || found != nil {
			if err == nil {
				err = readRest(i.conn, n, found)
			}
			return found, err
		}
	}
	return nil, nil
}

// stage writes a delivery ahead.
func (i *Import) stage(ctx context.Context, d *webhook.Delivery) error {
	if i.open == 0 {
		if err := i.conn.Exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
	}
	i.staged++
	i.open++
	n := i.base + i.staged
	t := transaction{conn: i.conn}
	header := encodeHeader(d.Header)
	if err := t.insertContent(n, header, d.Body); err != nil {
		return err
	}
	i.bytes += len(header) + len(d.Body)
	for _, a := range d.History {
		answered := encodeHeader(a.Header)
		if err := t.insertAttempt(n, a, answered); err != nil {
			return err
		}
		i.bytes += len(answered) + len(a.Response)
	}
	if err := i.insertStaged(n, d); err != nil {
		return err
	}
	if i.open < importJobs && i.bytes < importBytes {
		return nil
	}
	return i.flush(ctx)
}

func (i *Import) insertStaged(n int64, d *webhook.Delivery) error {
	q, err := i.conn.Prepare(insertStaged)
	if err != nil {
		return err
	}
	q.BindInt(n).BindText(string(d.ID)).BindText(d.Session).BindTime(d.ReceivedAt)
	q.BindText(string(d.Origin)).BindText(d.Event).BindText(d.About).BindText(string(d.Status))
	q.BindText(string(d.Verdict)).BindText(d.SecretHint).BindText(string(d.ReplayOf)).BindText(string(d.ResolvedBy))
	q.BindText(string(d.SameBodyAs)).BindInt(int64(len(d.Body))).BindInt(hashBody(d.Body)).BindInt(int64(len(d.History)))
	last := webhook.Deciding(d.History)
	q.BindText(last.Target).BindInt(int64(last.Code)).BindInt(int64(last.Duration)).BindText(string(last.Failure))
	return bindRequest(q.BindText(joinNames(d.Masked)), &d.Summary).Run()
}

// flush commits what is written ahead, and lets others have their turn.
func (i *Import) flush(ctx context.Context) error {
	if i.open == 0 {
		return nil
	}
	i.open, i.bytes = 0, 0
	if err := i.conn.Exec("COMMIT"); err != nil {
		return err
	}
	return rest(ctx)
}

// rest keeps the log free for long enough that whoever waits for it gets it.
func rest(ctx context.Context) error {
	select {
	case <-time.After(importPause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
