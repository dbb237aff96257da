package load

import (
	"fmt"
	"strings"
	"time"
)

// Chaos says what is done to a stream of sendings. The zero Chaos leaves it as it is.
type Chaos struct {
	Duplicate int           // each is sent so many times in all, the same bytes; 0: once
	Shuffle   int           // groups of so many are sent in random order; 0: in order
	Delay     time.Duration // each waits a random time, less than this; 0: none
	Truncate  int           // the body of one in so many, by chance, is cut short after it was signed; 1: of each; 0: of none
}

// Copies is how many sendings become of one.
func (c Chaos) Copies() int { return max(1, c.Duplicate) }

// String is the chaos as ParseChaos reads it.
func (c Chaos) String() string {
	var parts []string
	if c.Duplicate > 0 {
		parts = append(parts, fmt.Sprintf("%s=%d", duplicateName, c.Duplicate))
	}
	if c.Shuffle > 0 {
		parts = append(parts, fmt.Sprintf("%s=%d", shuffleName, c.Shuffle))
	}
	if c.Delay > 0 {
		parts = append(parts, fmt.Sprintf("%s=%s", delayName, c.Delay))
	}
	switch {
	case c.Truncate == 1:
		parts = append(parts, truncateName)
	case c.Truncate > 1:
		parts = append(parts, fmt.Sprintf("%s=%d", truncateName, c.Truncate))
	}
	return strings.Join(parts, ",")
}

// The names of the kinds of chaos.
const (
	duplicateName = "duplicate"
	shuffleName   = "shuffle"
	delayName     = "delay"
	truncateName  = "truncate"
)

// chaosNames lists the kinds of chaos.
func chaosNames() []string { return []string{duplicateName, shuffleName, delayName, truncateName} }
