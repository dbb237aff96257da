package output

import "github.com/vidiking/vidiking-cli/internal/webhook"

// jsonReplayTree is left out where a delivery has no family but itself.
type jsonReplayTree struct {
	Family     []jsonReplayNode `json:"family,omitempty"`
	FamilyMore int              `json:"family_more,omitempty"`
}

// jsonReplayNode is one of the family. Of one that is gone there is its id.
type jsonReplayNode struct {
	ID         webhook.ID       `json:"id"`
	ReplayOf   webhook.ID       `json:"replay_of,omitempty"`
	Likeness   webhook.Likeness `json:"likeness,omitempty"`
	Status     webhook.Status   `json:"status,omitempty"`
	Code       int              `json:"code,omitempty"`
	ReceivedAt *jsonTime        `json:"received_at,omitempty"`
	Gone       bool             `json:"gone,omitempty"`
}

func familyObject(f webhook.Family) (o jsonReplayTree) {
	if len(f.Members) < 2 {
		return o
	}
	o.FamilyMore = f.More
	for _, m := range f.Members {
		relative := jsonReplayNode{ID: m.ID, ReplayOf: m.ReplayOf, Likeness: m.Likeness, Status: m.Status, Code: m.Code, Gone: m.Gone}
		if !m.Gone {
			at := jsonTime(m.ReceivedAt)
			relative.ReceivedAt = &at
		}
		o.Family = append(o.Family, relative)
	}
	return o
}
