package jsontext

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
)

// member is a name and its value, as indexes of nodes.
type member struct{ name, value uint32 }

// members appends the members of the object at i in the order of the text.
func (d *Document) members(dst []member, i int) []member {
	for at := uint32(i) + 1; at < d.nodes[i].next; at = d.nodes[at+1].next {
		dst = append(dst, member{at, at + 1})
	}
	return dst
}

// name is a member's name without quotes and escapes.
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

// byName compares names by bytes, which means by code points, as Go and Python do.
func (d *Document) byName(a, b member) int { return bytes.Compare(d.name(a), d.name(b)) }

// byIndex compares as JavaScript orders keys: array indices first, by size, and the rest as inserted (ECMA-262, OrdinaryOwnPropertyKeys).
func (d *Document) byIndex(a, b member) int {
	return cmp.Compare(indexOf(d.name(a)), indexOf(d.name(b)))
}

// indexOf returns the array index that a name represents in JavaScript: the shortest decimal form of a number below 2³²-1. For any other
// name it returns math.MaxInt64, which sorts last.
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

// withoutDuplicates keeps one of the members that share a name: at the position of the first, with the value of the last.
func (d *Document) withoutDuplicates(members []member) []member {
	if len(members) < 2 {
		return members
	}
	at := make(map[string]int, len(members))
	kept := members[:0]
	for _, m := range members {
		name := string(d.name(m))
		if first, isDuplicate := at[name]; isDuplicate {
			kept[first].value = m.value
			continue
		}
		at[name] = len(kept)
		kept = append(kept, m)
	}
	return kept
}

// hasDuplicates reports whether two members share a name.
func (d *Document) hasDuplicates(members []member) bool {
	const few = 16 // up to which comparing each with each is faster than a map
	if len(members) > few {
		return len(d.withoutDuplicates(slices.Clone(members))) < len(members)
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

// arranged appends the members of the object at i in the order of a style.
func (d *Document) arranged(dst []member, i int, s Style) []member {
	members := d.members(dst, i)
	if s.DuplicateKeys == LastDuplicate {
		members = d.withoutDuplicates(members)
	}
	if s.Order == Sorted || s.Order == SortedIndexFirst || s.Order == SortedOutside && i == 0 {
		slices.SortStableFunc(members, d.byName)
	}
	if s.Order == IndexFirst || s.Order == SortedIndexFirst {
		slices.SortStableFunc(members, d.byIndex)
	}
	return members
}
