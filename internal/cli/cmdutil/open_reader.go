package cmdutil

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// OpenReader opens the delivery log for reading.
func OpenReader(ctx context.Context, a *App) (*store.Reader, error) {
	dir, err := a.DataDir()
	if err != nil {
		return nil, err
	}
	var r *store.Reader
	err = ShowMigration(a, dir, func() (err error) {
		r, err = store.OpenReader(ctx, dir)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNoLog) {
		return nil, ExplainLog(a, err)
	}
	return r, err
}

// NotFoundWithoutLog turns the error of a missing log into the error of a missing delivery. It returns other errors unchanged.
func NotFoundWithoutLog(typed string, err error) error {
	if errors.Is(err, store.ErrNoLog) {
		return &store.NotFoundError{Typed: typed}
	}
	return err
}
