package load

import (
	"fmt"
	"strings"
	"time"
)

// Chaos describes how to disturb a stream of requests. The zero value changes nothing.
type Chaos struct {
	Duplicate int           // total copies of each request, byte for byte; 0: one
	Shuffle   int           // size of groups sent in random order; 0: keep the order
	Delay     time.Duration // each request waits for a random time below this; 0: none
	Truncate  int           // on average, one request in this many has its body truncated after signing; 1: all; 0: none
}

// Copies returns the number of requests per item.
func (c Chaos) Copies() int { return max(1, c.Duplicate) }

// String formats the chaos for ParseChaos.
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

// Names of the kinds of chaos.
const (
	duplicateName = "duplicate"
	shuffleName   = "shuffle"
	delayName     = "delay"
	truncateName  = "truncate"
)

// chaosNames lists the kinds of chaos.
func chaosNames() []string { return []string{duplicateName, shuffleName, delayName, truncateName} }
