package output

import "github.com/vidiking/vidiking-cli/internal/webhook"

// jsonReplayTree holds a delivery's replays. It is empty for a delivery without any.
type jsonReplayTree struct {
	Nodes []jsonReplayNode `json:"replay_tree,omitempty"`
	More  int              `json:"replay_tree_more,omitempty"`
}

// jsonReplayNode is one delivery of the tree. For a pruned delivery, only the ids are known.
type jsonReplayNode struct {
	ID         webhook.ID         `json:"id"`
	ReplayOf   webhook.ID         `json:"replay_of,omitempty"`
	Difference webhook.Difference `json:"difference,omitempty"`
	Status     webhook.Status     `json:"status,omitempty"`
	Code       int                `json:"code,omitempty"`
	ReceivedAt *jsonTime          `json:"received_at,omitempty"`
	Pruned     bool               `json:"pruned,omitempty"`
}

func replayTreeObject(f webhook.ReplayTree) (o jsonReplayTree) {
	if len(f.Nodes) < 2 {
		return o
	}
	o.More = f.Omitted
	for _, m := range f.Nodes {
		node := jsonReplayNode{ID: m.ID, ReplayOf: m.ReplayOf, Difference: m.Difference, Status: m.Status, Code: m.Code, Pruned: m.Pruned}
		if !m.Pruned {
			at := jsonTime(m.ReceivedAt)
			node.ReceivedAt = &at
		}
		o.Nodes = append(o.Nodes, node)
	}
	return o
}
