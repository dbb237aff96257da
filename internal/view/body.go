package view

import (
	"context"
	"errors"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	maxKindBytes = 64 << 10 // larger bodies without an event are not read
	maxKinds     = 2_000    // bodies that are remembered
)

// bodyKinds remembers which bodies without an event are not JSON. The log has only the event and the subject of payloads.
type bodyKinds struct {
	mu      sync.Mutex
	invalid map[webhook.ID]bool // whether the body of a delivery is not JSON
}

// notJSON returns the rows without an event whose body is not JSON.
func (k *bodyKinds) notJSON(ctx context.Context, r *store.Reader, rows []store.Row) (map[webhook.ID]bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var found map[webhook.ID]bool
	for _, row := range rows {
		if row.Event != "" || row.BodyBytes == 0 || row.BodyBytes > maxKindBytes {
			continue
		}
		invalid, known := k.invalid[row.ID]
		if !known {
			d, err := r.Get(ctx, row.ID)
			if gone := (*store.NotFoundError)(nil); errors.As(err, &gone) {
				continue
			}
			if err != nil {
				return nil, err
			}
			body, decoded := webhook.Decode(d.Header.Get("Content-Encoding"), d.Body)
			invalid = decoded && !jsontext.Valid(jsontext.WithoutMark(body))
			if k.invalid == nil || len(k.invalid) >= maxKinds {
				k.invalid = map[webhook.ID]bool{}
			}
			k.invalid[row.ID] = invalid
		}
		if invalid {
			if found == nil {
				found = map[webhook.ID]bool{}
			}
			found[row.ID] = true
		}
	}
	return found, nil
}
