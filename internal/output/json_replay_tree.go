package output

import "github.com/vidiking/vidiking-cli/internal/webhook"

// jsonReplayTree is left out where a delivery has no family but itself.
type jsonReplayTree struct {
	Family     []jsonReplayNode `json:"family,omitempty"`
	FamilyMore int              `json:"family_more,omitempty"`
}

// jsonReplayNode is one of the family. Of one that is gone there is its id.
type jsonReplayNode struct {
	ID         webhook.ID         `json:"id"`
	ReplayOf   webhook.ID         `json:"replay_of,omitempty"`
	Likeness   webhook.Difference `json:"likeness,omitempty"`
	Status     webhook.Status     `json:"status,omitempty"`
	Code       int                `json:"code,omitempty"`
	ReceivedAt *jsonTime          `json:"received_at,omitempty"`
	Gone       bool               `json:"gone,omitempty"`
}

func familyObject(f webhook.ReplayTree) (o jsonReplayTree) {
	if len(f.Nodes) < 2 {
		return o
	}
	o.FamilyMore = f.Omitted
	for _, m := range f.Nodes {
		relative := jsonReplayNode{ID: m.ID, ReplayOf: m.ReplayOf, Likeness: m.Difference, Status: m.Status, Code: m.Code, Gone: m.Pruned}
		if !m.Pruned {
			at := jsonTime(m.ReceivedAt)
			relative.ReceivedAt = &at
		}
		o.Family = append(o.Family, relative)
	}
	return o
}
