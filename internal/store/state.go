package store

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// State is a value that is recorded together with a delivery, under a key. The log does not know what it means.
type State struct {
	Key   string
	Value []byte
}

const (
	insertState = "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
	selectState = "SELECT value FROM state WHERE key = ?"
)

func writeState(c *sqlite.Conn, s State) error {
	stmt, err := c.Prepare(insertState)
	if err != nil {
		return err
	}
	return stmt.BindText(s.Key).BindBlob(s.Value).Run()
}

// RecordWithState does the same as Record, and sets values in the same transaction. Either all of it is in the log, or none.
func (l *Log) RecordWithState(ctx context.Context, d *webhook.Delivery, state ...State) error {
	return l.record(ctx, d, state)
}

// State returns the value of a key. ok is false if there is none.
func (r *Reader) State(ctx context.Context, key string) (value []byte, ok bool, err error) {
	err = r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectState, []any{key}, func(r *sqlite.Row) error {
			value, ok = r.Blob(), true
			return nil
		})
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the state %q: %w", key, err)
	}
	return value, ok, nil
}
