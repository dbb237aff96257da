package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Both go by delivery_by_parent, so a log of any size costs the same.
const (
	// The newest, since those are what somebody is at.
	ofParent     = " WHERE d.replay_of = ? AND d.replay_of <> '' ORDER BY d.n DESC LIMIT ?"
	countReplays = "SELECT count(*) FROM delivery WHERE replay_of = ? AND replay_of <> ''"

	selectTwins = `SELECT 1 FROM delivery a JOIN delivery b ON b.body_hash = a.body_hash AND b.body_bytes = a.body_bytes
		WHERE a.id = ? AND b.id = ?`
	selectHeaderOf = "SELECT c.header FROM content c JOIN delivery d ON d.n = c.n WHERE d.id = ?"
)

// maxFamily is how many relatives are read: more than a person looks through.
const maxFamily = 30

// SameBody reports whether two deliveries have the same bytes.
func (r *Reader) SameBody(ctx context.Context, a, b webhook.ID) (same bool, err error) {
	err = r.with(ctx, func(c *sqlite.Conn) (err error) {
		same, err = sameBody(c, a, b)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("compare %s and %s: %w", a, b, err)
	}
	return same, nil
}

func sameBody(c *sqlite.Conn, a, b webhook.ID) (same bool, err error) {
	err = c.Rows(selectTwins, []any{string(a), string(b)}, func(*sqlite.Row) error {
		same = true
		return nil
	})
	return same, err
}

// Family returns the family of a delivery; nothing where the log does not have it. Of a large one it leaves members out, but not the
// delivery, nor what it goes back to.
func (r *Reader) Family(ctx context.Context, id webhook.ID) (webhook.ReplayTree, error) {
	var f family
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Snapshot(func() error {
			f = family{c: c, seen: map[webhook.ID]bool{}, left: maxFamily}
			return f.read(id)
		})
	})
	if err != nil {
		return webhook.ReplayTree{}, fmt.Errorf("read the family of %s: %w", id, err)
	}
	return f.found, nil
}

// family is one being read.
type family struct {
	c     *sqlite.Conn
	line  []webhook.ID // what leads from the oldest to the delivery, and is never left out
	seen  map[webhook.ID]bool
	left  int // how many more are read
	found webhook.ReplayTree
}

func (f *family) read(id webhook.ID) error {
	oldest, err := f.goBack(id)
	if err != nil || oldest.ID == "" {
		return err
	}
	return f.add(oldest)
}

// goBack finds the oldest, as far as that is from the delivery. A circle, should an imported log ever hold one, ends where it closes.
func (f *family) goBack(id webhook.ID) (oldest webhook.Node, err error) {
	for !slices.Contains(f.line, id) {
		found, err := summaries(f.c, " WHERE d.id = ?", string(id))
		if err != nil {
			return oldest, err
		}
		if len(found) == 0 {
			if len(f.line) > 0 {
				oldest = webhook.Node{Summary: webhook.Summary{ID: id}, Pruned: true}
			}
			break
		}
		oldest = webhook.Node{Summary: found[0]}
		f.line = append(f.line, id)
		if id = found[0].ReplayOf; id == "" {
			break
		}
		if len(f.line) == maxFamily {
			f.found.Omitted++
			break
		}
	}
	f.left = max(f.left-len(f.line), 0)
	return oldest, nil
}

// add adds a member and the replays of it.
func (f *family) add(m webhook.Node) error {
	f.found.Nodes = append(f.found.Nodes, m)
	f.seen[m.ID] = true
	replays, err := f.replaysOf(m.ID)
	if err != nil {
		return err
	}
	for _, s := range replays {
		if f.seen[s.ID] {
			continue
		}
		if inLine := slices.Contains(f.line, s.ID); !inLine && f.left == 0 {
			f.found.Omitted++
			continue
		} else if !inLine {
			f.left--
		}
		replay := webhook.Node{Summary: s, Depth: m.Depth + 1}
		if !m.Pruned {
			if replay.Difference, err = likeness(f.c, s.ID, m.ID); err != nil {
				return err
			}
		}
		if err := f.add(replay); err != nil {
			return err
		}
	}
	return nil
}

// replaysOf are the newest replays of a delivery, the oldest first, and that of the line.
func (f *family) replaysOf(id webhook.ID) ([]webhook.Summary, error) {
	all, err := f.c.Number(countReplays, string(id))
	if err != nil || all == 0 {
		return nil, err
	}
	list, err := summaries(f.c, ofParent, string(id), maxFamily)
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	if next := f.nextInLine(id); next != "" {
		if !slices.ContainsFunc(list, func(s webhook.Summary) bool { return s.ID == next }) {
			own, err := summaries(f.c, " WHERE d.id = ? AND d.replay_of = ?", string(next), string(id))
			if err != nil {
				return nil, err
			}
			list = append(own, list...)
		}
	}
	f.found.Omitted += int(all) - len(list)
	return list, nil
}

// nextInLine is the replay of a delivery that leads to the one whose family this is. The line begins with that one, and goes back.
func (f *family) nextInLine(id webhook.ID) webhook.ID {
	switch at := slices.Index(f.line, id); {
	case at > 0:
		return f.line[at-1]
	case at < 0 && f.found.Nodes[0].Pruned && f.found.Nodes[0].ID == id:
		return f.line[len(f.line)-1]
	default:
		return ""
	}
}

// likeness compares a replay with what it sends again.
func likeness(c *sqlite.Conn, replay, original webhook.ID) (webhook.Difference, error) {
	same, err := sameBody(c, replay, original)
	if err != nil || !same {
		return webhook.DifferenceBody, err
	}
	theirs, err := signaturesOf(c, replay)
	if err != nil {
		return "", err
	}
	ours, err := signaturesOf(c, original)
	if err != nil || !slices.Equal(theirs, ours) {
		return webhook.DifferenceSignature, err
	}
	return webhook.DifferenceNone, nil
}

func signaturesOf(c *sqlite.Conn, id webhook.ID) (values []string, err error) {
	err = c.Rows(selectHeaderOf, []any{string(id)}, func(q *sqlite.Row) error {
		h, err := decodeHeader(q.Blob())
		values = h.Values(webhook.SignatureHeader)
		return err
	})
	return values, err
}
