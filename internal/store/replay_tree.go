package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// Both use the index delivery_by_parent, so their cost does not depend on the size of the log. The newest replays are the ones that
	// users work with.
	whereReplayOf = " WHERE d.replay_of = ? AND d.replay_of <> '' ORDER BY d.n DESC LIMIT ?"
	countReplays  = "SELECT count(*) FROM delivery WHERE replay_of = ? AND replay_of <> ''"

	compareBodies = `SELECT 1 FROM delivery a JOIN delivery b ON b.body_hash = a.body_hash AND b.body_bytes = a.body_bytes
		WHERE a.id = ? AND b.id = ?`
	selectHeaderOf = "SELECT c.header FROM content c JOIN delivery d ON d.n = c.n WHERE d.id = ?"
)

// maxNodes limits the size of a replay tree.
const maxNodes = 30

// SameBody reports whether two deliveries have the same body.
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
	err = c.Rows(compareBodies, []any{string(a), string(b)}, func(*sqlite.Row) error {
		same = true
		return nil
	})
	return same, err
}

// ReplayTree returns the tree of replays that a delivery belongs to. It is empty if the log does not have the delivery. A large tree is
// returned without some of its nodes, but always with the delivery and its ancestors.
func (r *Reader) ReplayTree(ctx context.Context, id webhook.ID) (webhook.ReplayTree, error) {
	var b treeBuilder
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Snapshot(func() error {
			b = treeBuilder{conn: c, added: map[webhook.ID]bool{}, remaining: maxNodes}
			return b.build(id)
		})
	})
	if err != nil {
		return webhook.ReplayTree{}, fmt.Errorf("read the replays of %s: %w", id, err)
	}
	return b.tree, nil
}

// treeBuilder builds a replay tree.
type treeBuilder struct {
	conn      *sqlite.Conn
	ancestors []webhook.ID // the delivery itself, its original, and so on; never left out
	added     map[webhook.ID]bool
	remaining int // number of other nodes that may be added
	tree      webhook.ReplayTree
}

func (b *treeBuilder) build(id webhook.ID) error {
	root, err := b.findRoot(id)
	if err != nil || root.ID == "" {
		return err
	}
	return b.add(root)
}

// findRoot follows the originals to the root, or to maxNodes. It stops at a cycle, which an imported log might have.
func (b *treeBuilder) findRoot(id webhook.ID) (root webhook.Node, err error) {
	for !slices.Contains(b.ancestors, id) {
		found, err := readSummaries(b.conn, " WHERE d.id = ?", string(id))
		if err != nil {
			return root, err
		}
		if len(found) == 0 {
			if len(b.ancestors) > 0 {
				root = webhook.Node{Summary: webhook.Summary{ID: id}, Pruned: true}
			}
			break
		}
		root = webhook.Node{Summary: found[0]}
		b.ancestors = append(b.ancestors, id)
		if id = found[0].ReplayOf; id == "" {
			break
		}
		if len(b.ancestors) == maxNodes {
			b.tree.Omitted++
			break
		}
	}
	b.remaining = max(b.remaining-len(b.ancestors), 0)
	return root, nil
}

// add adds a node and its replays.
func (b *treeBuilder) add(node webhook.Node) error {
	b.tree.Nodes = append(b.tree.Nodes, node)
	b.added[node.ID] = true
	replays, err := b.replaysOf(node.ID)
	if err != nil {
		return err
	}
	for _, s := range replays {
		if b.added[s.ID] {
			continue
		}
		if !slices.Contains(b.ancestors, s.ID) {
			if b.remaining == 0 {
				b.tree.Omitted++
				continue
			}
			b.remaining--
		}
		replay := webhook.Node{Summary: s, Depth: node.Depth + 1}
		if !node.Pruned {
			if replay.Difference, err = difference(b.conn, s.ID, node.ID); err != nil {
				return err
			}
		}
		if err := b.add(replay); err != nil {
			return err
		}
	}
	return nil
}

// replaysOf returns the newest replays of a delivery, oldest first. They include the one that is an ancestor.
func (b *treeBuilder) replaysOf(id webhook.ID) ([]webhook.Summary, error) {
	all, err := b.conn.Number(countReplays, string(id))
	if err != nil || all == 0 {
		return nil, err
	}
	list, err := readSummaries(b.conn, whereReplayOf, string(id), maxNodes)
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	if next := b.nextAncestor(id); next != "" {
		if !slices.ContainsFunc(list, func(s webhook.Summary) bool { return s.ID == next }) {
			ancestor, err := readSummaries(b.conn, " WHERE d.id = ? AND d.replay_of = ?", string(next), string(id))
			if err != nil {
				return nil, err
			}
			list = append(ancestor, list...)
		}
	}
	b.tree.Omitted += int(all) - len(list)
	return list, nil
}

// nextAncestor returns the replay of a delivery that leads to the one for which the tree is built, or "".
func (b *treeBuilder) nextAncestor(id webhook.ID) webhook.ID {
	root := b.tree.Nodes[0]
	switch at := slices.Index(b.ancestors, id); {
	case at > 0:
		return b.ancestors[at-1]
	case at < 0 && root.Pruned && root.ID == id:
		return b.ancestors[len(b.ancestors)-1]
	default:
		return ""
	}
}

func difference(c *sqlite.Conn, replay, original webhook.ID) (webhook.Difference, error) {
	same, err := sameBody(c, replay, original)
	if err != nil || !same {
		return webhook.DifferenceBody, err
	}
	replayed, err := readSignatures(c, replay)
	if err != nil {
		return "", err
	}
	recorded, err := readSignatures(c, original)
	if err != nil || !slices.Equal(replayed, recorded) {
		return webhook.DifferenceSignature, err
	}
	return webhook.DifferenceNone, nil
}

func readSignatures(c *sqlite.Conn, id webhook.ID) (values []string, err error) {
	err = c.Rows(selectHeaderOf, []any{string(id)}, func(r *sqlite.Row) error {
		h, err := encoding.DecodeHeader(r.Blob())
		values = h.Values(webhook.SignatureHeader)
		return err
	})
	return values, err
}
