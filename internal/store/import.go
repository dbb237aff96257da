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
	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Import adds recorded deliveries to the log with their ids, times and attempts: all of them, or none.
//
// Add writes headers, bodies and attempts in short transactions, between which a running listen can write. They are invisible until there
// is a row in the delivery table that refers to them. Commit adds all those rows in one transaction. If an import is killed, the next one
// deletes what it has written.
type Import struct {
	conn   *sqlite.Conn
	lock   *flock.Flock
	marker string // a file that exists while there may be uncommitted rows
	now    func() time.Time
	limits retention.Limits

	base    int64 // the delivery.n before the first delivery
	staged  int64
	present int

	open  int // deliveries in the open transaction
	bytes int // of the open transaction
}

// Imported is the result of an import.
type Imported struct {
	Added   int
	Present int // already in the log, and left unchanged
	Beyond  int // added, but beyond the retention: the log will prune them soon
}

// ClashError reports that the log has another delivery with the same id, or the same delivery with less data.
type ClashError struct {
	ID     webhook.ID
	Reason string // the data that only the recording has: "a later attempt"
}

// Error names the delivery and the reason.
func (e *ClashError) Error() string {
	return fmt.Sprintf("the log has %s, and the recording %s", e.ID, e.Reason)
}

// ErrImporting reports that another process is importing into the same log.
var ErrImporting = errors.New("another import into this log is in progress")

const (
	importLock   = "import.lock"
	importMarker = "import.unfinished"

	// Limits of one transaction, which takes about 20 ms.
	importJobs  = 512
	importBytes = 4 << 20

	// importBlock is the size of the range of delivery.n that an import reserves. The ranges are below zero, because the numbers above are
	// the rows of changes. Within a range the numbers follow the recording, which keeps deliveries of the same millisecond in order.
	importBlock = 1 << 32

	// It has the same columns as delivery. SQLite drops a temporary table when its connection closes.
	createStaged = "CREATE TEMP TABLE staged AS SELECT * FROM main.delivery WHERE 0"
	indexStaged  = "CREATE UNIQUE INDEX temp.staged_by_id ON staged (id)"

	insertStaged = `INSERT INTO temp.staged (n, id, session, received_at, origin, event, about, status, verdict, secret_hint,
		replay_of, resolved_by, same_body_as, body_bytes, body_hash, attempts, target, code, duration, failure, masked,
		` + requestColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	publishStaged = "INSERT INTO main.delivery SELECT * FROM temp.staged ORDER BY rowid"

	// One change for each delivery and each attempt. Up to 256 share a seq, because a reader reads all changes of a seq at once.
	publishChanges = `INSERT INTO main.change (row, seq, kind, delivery, attempt)
		SELECT ?1 + i, min(?1 + (i + 255) / 256 * 256, ?2), CASE attempt WHEN 0 THEN 1 ELSE 2 END, delivery, attempt
		FROM (SELECT row_number() OVER (ORDER BY delivery, attempt) AS i, delivery, attempt FROM (
			SELECT n AS delivery, 0 AS attempt FROM temp.staged
			UNION ALL SELECT a.delivery, a.n FROM temp.staged s JOIN main.attempt a ON a.delivery = s.n))`
	countChanges = "SELECT (SELECT count(*) FROM temp.staged) + (SELECT coalesce(sum(attempts), 0) FROM temp.staged)"

	lowestNumber = "SELECT min((SELECT coalesce(min(n), 0) FROM main.content), (SELECT coalesce(min(n), 0) FROM main.delivery), 0)"

	addStagedCounts = `INSERT INTO main.delivery_count (project, probe, n)
		SELECT project, probe, count(*) FROM temp.staged WHERE true GROUP BY project, probe
		ON CONFLICT (project, probe) DO UPDATE SET n = n + excluded.n`
)

// OpenImport opens the log in dir for an import, and creates it if it does not exist. The caller closes the import.
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
		lock: newImportLock(dir), marker: filepath.Join(dir, importMarker), now: o.Now, limits: o.Retention.limits(),
	}
	if i.now == nil {
		i.now = time.Now
	}
	for _, name := range []string{i.lock.Path(), i.marker} {
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
	if i.conn, err = database.OpenWriting(ctx, path); err != nil {
		return nil, errors.Join(err, i.lock.Unlock())
	}
	i.conn.SetInterrupt(ctx)
	if err := recoverJournals(ctx, i.conn, path, func(error) {}); err != nil {
		return nil, errors.Join(err, i.close())
	}
	if err := i.begin(ctx); err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

// begin deletes the rows of an import that was killed, and reserves a range of numbers.
func (i *Import) begin(ctx context.Context) error {
	if _, err := os.Stat(i.marker); err == nil {
		if err := deleteUncommitted(ctx, i.conn, i.marker); err != nil {
			return err
		}
	}
	if err := os.WriteFile(i.marker, nil, sqlite.FileMode); err != nil {
		return err
	}
	if err := errors.Join(i.conn.Script(createStaged), i.conn.Script(indexStaged)); err != nil {
		return err
	}
	lowest, err := i.conn.Number(lowestNumber)
	i.base = lowest - importBlock
	return err
}

// Add adds a delivery from a recording. If the log already has the delivery with everything that the recording has, Add only counts it.
// If the log has less, or another delivery with that id, the error is a *ClashError.
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

// find returns the delivery with an id, from the log or from this import, or nil.
func (i *Import) find(id webhook.ID) (found *webhook.Delivery, err error) {
	for _, table := range []string{"main.delivery", "temp.staged"} {
		var n int64
		err := i.conn.Rows("SELECT "+summaryColumns+" FROM "+table+" d WHERE d.id = ?", []any{string(id)}, func(r *sqlite.Row) error {
			found = &webhook.Delivery{}
			n, found.Summary = scanSummary(r)
			return nil
		})
		if err != nil || found != nil {
			if err == nil {
				err = readContent(i.conn, n, found)
			}
			return found, err
		}
	}
	return nil, nil
}

// stage writes everything of a delivery except its row in the delivery table.
func (i *Import) stage(ctx context.Context, d *webhook.Delivery) error {
	if i.open == 0 {
		if err := i.conn.Exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
	}
	i.staged++
	i.open++
	n := i.base + i.staged
	header := encoding.EncodeHeader(d.Header)
	if err := writeContent(i.conn, n, header, d.Body); err != nil {
		return err
	}
	i.bytes += len(header) + len(d.Body)
	for _, a := range d.History {
		responseHeader := encoding.EncodeHeader(a.Header)
		if err := writeAttempt(i.conn, n, a, responseHeader); err != nil {
			return err
		}
		i.bytes += len(responseHeader) + len(a.Response)
	}
	if err := i.writeStaged(n, d); err != nil {
		return err
	}
	if i.open < importJobs && i.bytes < importBytes {
		return nil
	}
	return i.flush(ctx)
}

func (i *Import) writeStaged(n int64, d *webhook.Delivery) error {
	s, err := i.conn.Prepare(insertStaged)
	if err != nil {
		return err
	}
	s.BindInt(n).BindText(string(d.ID)).BindText(d.Session).BindTime(d.ReceivedAt)
	s.BindText(string(d.Origin)).BindText(d.Event).BindText(d.About).BindText(string(d.Status))
	s.BindText(string(d.Verdict)).BindText(d.SecretHint).BindText(string(d.ReplayOf)).BindText(string(d.ResolvedBy))
	s.BindText(string(d.SameBodyAs)).BindInt(int64(len(d.Body))).BindInt(hashBody(d.Body)).BindInt(int64(len(d.History)))
	deciding := webhook.Deciding(d.History)
	s.BindText(deciding.Target).BindInt(int64(deciding.Code)).BindInt(int64(deciding.Duration)).BindText(string(deciding.Failure))
	return bindRequest(s.BindText(encoding.JoinNames(d.Masked)), &d.Summary).Run()
}

// flush commits the open transaction and lets other processes write.
func (i *Import) flush(ctx context.Context) error {
	if i.open == 0 {
		return nil
	}
	i.open, i.bytes = 0, 0
	if err := i.conn.Commit(); err != nil {
		return err
	}
	return retention.Pause(ctx)
}

// Commit makes all added deliveries visible in one transaction.
func (i *Import) Commit(ctx context.Context) (Imported, error) {
	i.conn.SetInterrupt(ctx)
	done := Imported{Added: int(i.staged), Present: i.present}
	err := i.flush(ctx)
	if err == nil && i.staged > 0 {
		err = i.publish()
	}
	if err == nil {
		done.Beyond, err = i.countBeyond()
	}
	if err != nil {
		return Imported{}, fmt.Errorf("import: %w", sqlite.Classify(err))
	}
	return done, nil
}

func (i *Import) publish() error {
	err := i.conn.Transact(func() error {
		last, err := i.conn.Number(lastChange)
		if err != nil {
			return err
		}
		changes, err := i.conn.Number(countChanges)
		if err != nil {
			return err
		}
		if err := i.conn.Exec(publishStaged); err != nil {
			return err
		}
		if err := i.conn.Exec(addStagedCounts); err != nil {
			return err
		}
		return i.conn.Exec(publishChanges, last, last+changes)
	})
	switch {
	case sqlite.IsDuplicate(err): // another process recorded or imported the same id after Add had looked for it
		return fmt.Errorf("%w: %w", ErrDuplicateID, err)
	case err != nil:
		return err
	}
	i.staged = 0
	return errors.Join(i.conn.Script("DROP TABLE temp.staged"), os.Remove(i.marker))
}

// countBeyond counts the imported deliveries that maintenance would prune now.
func (i *Import) countBeyond() (int, error) {
	planner := retention.Planner{Conn: i.conn, Limits: i.limits, Now: i.now, Complete: true}
	p, err := planner.MakePlan()
	if err != nil {
		return 0, err
	}
	n, err := p.Selected(i.conn, i.base, i.base+importBlock)
	return int(n), err
}

// Close ends the import. It deletes everything that was not committed.
func (i *Import) Close() error {
	i.conn.SetInterrupt(context.Background())
	err := i.conn.Rollback()
	if _, statErr := os.Stat(i.marker); statErr == nil && err == nil {
		err = deleteUncommitted(context.Background(), i.conn, i.marker)
	}
	if err = errors.Join(err, i.close()); err != nil {
		return fmt.Errorf("end the import: %w", sqlite.Classify(err))
	}
	return nil
}

func (i *Import) close() error { return errors.Join(i.conn.Close(), i.lock.Unlock()) }
