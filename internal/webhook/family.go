package webhook

// Difference is how a replay is like the delivery that it sends again.
type Difference string

// The likenesses.
const (
	DifferenceNone      Difference = "same_bytes" // the same body with the same signature
	DifferenceSignature Difference = "re_signed"  // the same body, signed anew
	DifferenceBody      Difference = "edited"     // another body
)

// Node is a delivery in its family.
type Node struct {
	Summary // of one that is gone, its ID alone

	Pruned     bool       // it was pruned
	Depth      int        // how many replays lie between it and the oldest
	Difference Difference // to what it sends again; empty where that is gone, and for the oldest
}

// ReplayTree is what a delivery goes back to, from replay to replay, and the replays of those: each followed by its own, the oldest first.
type ReplayTree struct {
	Nodes   []Node
	Omitted int // how many are left out, at least
}
