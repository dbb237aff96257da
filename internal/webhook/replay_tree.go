package webhook

// Difference is the difference between a replay and the original delivery.
type Difference string

// The differences.
const (
	DifferenceNone      Difference = "same_bytes" // same body, same signature
	DifferenceSignature Difference = "re_signed"  // same body, new signature
	DifferenceBody      Difference = "edited"     // different body
)

// Node is a delivery in a replay tree.
type Node struct {
	Summary // only the ID if the delivery was pruned

	Pruned     bool       // the delivery was pruned from the log
	Depth      int        // number of replays between this delivery and the root
	Difference Difference // from the parent; empty for the root, or if the parent was pruned
}

// ReplayTree is a delivery's original and all replays of it, each node followed by its own replays, oldest first.
type ReplayTree struct {
	Nodes   []Node
	Omitted int // minimum number of nodes that are left out
}
