package webhook

// Likeness is how a replay is like the delivery that it sends again.
type Likeness string

// The likenesses.
const (
	LikenessSame   Likeness = "same_bytes" // the same body with the same signature
	LikenessSigned Likeness = "re_signed"  // the same body, signed anew
	LikenessEdited Likeness = "edited"     // another body
)

// Relative is a delivery in its family.
type Relative struct {
	Summary // of one that is gone, its ID alone

	Gone     bool     // it was pruned
	Depth    int      // how many replays lie between it and the oldest
	Likeness Likeness // to what it sends again; empty where that is gone, and for the oldest
}

// Family is what a delivery goes back to, from replay to replay, and the replays of those: each followed by its own, the oldest first.
type Family struct {
	Members []Relative
	More    int // how many are left out, at least
}
