package dialect

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
)

// member is a name and its value, by their places among the nodes.
type member struct{ name, value uint32 }

// members appends the members of the object at i.
func (d *Document) members(dst []member, i int) []member {
	for at := uint32(i) + 1; at < d.nodes[i].next; at = d.nodes[at+1].next { //nolint:gosec // bounded by maxNodes
		dst = append(dst, member{at, at + 1})
	}
	return dst
}

// name is a member's name as it is meant.
func (d *Document) name(m member) []byte {
	literal := d.raw(d.nodes[m.name])
	inner := literal[1 : len(literal)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var name []byte
	for at := 1; at < len(literal)-1; {
		r, size := decode(literal[at:])
		name = appendRaw(name, r)
		at += size
	}
	return name
}

// byName compares as Go and Python do: by bytes, which is by code points.
func (d *Document) byName(a, b member) int { return bytes.Compare(d.name(a), d.name(b)) }

// byIndex puts array indices first, by size, and leaves the rest as it is.
func (d *Document) byIndex(a, b member) int {
	return cmp.Compare(indexOf(d.name(a)), indexOf(d.name(b)))
}

// indexOf is the array index that a name is: the shortest decimal form of a number below 2³²-1. Any other name comes behind them all.
func indexOf(name []byte) int64 {
	if len(name) == 0 || len(name) > 10 || name[0] < '0' || name[0] > '9' {
		return math.MaxInt64
	}
	i, err := strconv.ParseUint(string(name), 10, 32)
	if err != nil || i == math.MaxUint32 || len(name) > 1 && name[0] == '0' {
		return math.MaxInt64
	}
	return int64(i)
}

// lastOfEach leaves of the members that share a name one: where the first was, with the last's value.
func (d *Document) lastOfEach(members []member) []member {
	if len(members) < 2 {
		return members
	}
	at := make(map[string]int, len(members))
	kept := members[:0]
	for _, m := range members {
		name := string(d.name(m))
		if first, twice := at[name]; twice {
			kept[first].value = m.value
			continue
		}
		at[name] = len(kept)
		kept = append(kept, m)
	}
	return kept
}

// hasTwice reports whether two members share a name.
func (d *Document) hasTwice(members []member) bool {
	const few = 16 // for which comparing each with each takes less than a map
	if len(members) > few {
		return len(d.lastOfEach(slices.Clone(members))) < len(members)
	}
	for i, m := range members {
		name := d.name(m)
		for _, other := range members[:i] {
			if bytes.Equal(name, d.name(other)) {
				return true
			}
		}
	}
	return false
}

// arranged is the members of the object at i as a style has them.
func (d *Document) arranged(dst []member, i int, s Style) []member {
	members := d.members(dst, i)
	if s.Twice == TwiceLast {
		members = d.lastOfEach(members)
	}
	if s.Order == Sorted || s.Order == SortedIndexFirst || s.Order == SortedOutside && i == 0 {
		slices.SortStableFunc(members, d.byName)
	}
	if s.Order == IndexFirst || s.Order == SortedIndexFirst {
		slices.SortStableFunc(members, d.byIndex)
	}
	return members
}
