package dialect

// Style is a way to write JSON.
type Style struct {
	Layout  Layout
	Order   Order
	Text    Text
	Numbers Numbers
	Twice   Twice
	Lists   Lists
	Ending  string // what stands behind it all
}

// Layout is where white space stands.
type Layout uint8

// The layouts.
const (
	Compact      Layout = iota // none
	Spaced                     // a space behind each comma and colon
	Indented2                  // a line for each value, two spaces a level
	Indented4                  // four
	IndentedTab                // a tab
	IndentedRuby               // two spaces, and lines in what is empty, too (Ruby's json 2.6)
)

// step is what a line begins with for each level; empty where there are no lines.
func (l Layout) step() string {
	switch l {
	case Indented2, IndentedRuby:
		return "  "
	case Indented4:
		return "    "
	case IndentedTab:
		return "\t"
	default:
		return ""
	}
}

// Order is in which order an object's members stand.
type Order uint8

// The orders.
const (
	AsOrdered        Order = iota
	IndexFirst             // names that are array indices first, by size (ECMA-262, OrdinaryOwnPropertyKeys)
	Sorted                 // by name
	SortedOutside          // by name in the outermost object alone
	SortedIndexFirst       // sorted, then put into a JavaScript object
)

// Text is how strings are written: a set of what is escaped beyond what JSON demands.
type Text uint8

// What is escaped.
const (
	EscapeSlash    Text = 1 << iota // / as \/
	EscapeNonASCII                  // é as \u00e9
	EscapeDelete                    // U+007F
	EscapeHTML                      // <, > and &
	EscapeLines                     // U+2028 and U+2029
	ReplaceHalves                   // half a surrogate pair as U+FFFD, not as an escape
	AsWritten                       // the literal as it stands, alone
	Plain          Text = 0
)

// Numbers is how numbers are written.
type Numbers uint8

// The ways. Each parses a number and writes what it made of it.
const (
	NumbersAsWritten Numbers = iota
	NumbersNode
	NumbersPython
	NumbersGo
	NumbersPHP
	NumbersRuby
	numberWays // how many there are
)

// Twice is what becomes of a name that an object has twice.
type Twice uint8

// The ways.
const (
	TwiceKept Twice = iota
	TwiceLast       // the last value stands where the first was
)

// Lists is what PHP's arrays make of objects.
type Lists uint8

// The ways.
const (
	ObjectsStay    Lists = iota
	ObjectsAsLists       // one that is empty, or whose names are 0, 1, 2 and so on, becomes a list (json_decode with associative arrays)
)
