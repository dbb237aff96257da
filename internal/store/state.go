package store

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// State is a value under a key. The log does not know what it means. Setting a nil Value deletes the key.
type State struct {
	Key   string
	Value []byte
}

// Extra is recorded together with a delivery.
type Extra struct {
	State []State
	Due   []Due // when and where the delivery is to be sent; ID is ignored
}

const (
	insertState  = "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
	deleteState  = "DELETE FROM state WHERE key = ?"
	selectState  = "SELECT value FROM state WHERE key = ?"
	selectStates = "SELECT key, value FROM state WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key"
)

func writeStates(c *sqlite.Conn, all []State) error {
	for _, s := range all {
		if len(s.Value) == 0 {
			if err := c.Exec(deleteState, s.Key); err != nil {
				return err
			}
			continue
		}
		stmt, err := c.Prepare(insertState)
		if err != nil {
			return err
		}
		if err := stmt.BindText(s.Key).BindBlob(s.Value).Run(); err != nil {
			return err
		}
	}
	return nil
}

// RecordWith does the same as Record, and records extra in the same transaction. Either all of it is in the log, or none.
func (l *Log) RecordWith(ctx context.Context, d *webhook.Delivery, extra Extra) error {
	return l.record(ctx, d, extra)
}

// SetState sets values, all or none. It returns once they survive the death of the process.
func (l *Log) SetState(ctx context.Context, state ...State) error {
	e := l.encoders.Get().(*encoder)
	e.Begin(entryState)
	e.states(state)
	err := l.append(ctx, e.Entry(), nil)
	l.encoders.Put(e)
	if err != nil {
		return fmt.Errorf("record the state: %w", err)
	}
	return nil
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

// States returns the values of all keys with a prefix, in the order of the keys.
func (r *Reader) States(ctx context.Context, prefix string) ([]State, error) {
	var all []State
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectStates, []any{prefix}, func(r *sqlite.Row) error {
			all = append(all, State{Key: r.Text(), Value: r.Blob()})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the states %q: %w", prefix, err)
	}
	return all, nil
}
