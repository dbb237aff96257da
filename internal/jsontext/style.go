package jsontext

// Style is a way to write JSON.
type Style struct {
	Layout        Layout
	Order         Order
	Text          Text
	Numbers       Numbers
	DuplicateKeys DuplicateKeys
	Lists         Lists
	Ending        string // text after the value
}

// Layout is the placement of white space.
type Layout uint8

// The layouts.
const (
	Compact      Layout = iota // none
	Spaced                     // a space after each comma and colon
	Indented2                  // a line for each value, two spaces a level
	Indented4                  // four
	IndentedTab                // a tab
	IndentedRuby               // two spaces, and line breaks even in empty containers (Ruby's json 2.6)
)

// step returns the indentation of one level; empty if the layout has no lines.
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

// Order is the order of an object's members.
type Order uint8

// The orders.
const (
	AsOrdered        Order = iota
	IndexFirst             // array indices first, by size (ECMA-262, OrdinaryOwnPropertyKeys)
	Sorted                 // by name
	SortedOutside          // by name, in the outermost object only
	SortedIndexFirst       // sorted, then put into a JavaScript object
)

// Text is the set of escapes in strings beyond those that JSON requires.
type Text uint8

// The optional escapes.
const (
	EscapeSlash           Text = 1 << iota // / as \/
	EscapeNonASCII                         // é as \u00e9
	EscapeDelete                           // U+007F
	EscapeHTML                             // <, > and &
	EscapeLines                            // U+2028 and U+2029
	ReplaceLoneSurrogates                  // a lone surrogate as U+FFFD, not as an escape
	AsWritten                              // the original literal, unless combined with an escape
	Plain                 Text = 0
)

// Numbers is a format of parsed numbers.
type Numbers uint8

// The formats.
const (
	NumbersAsWritten Numbers = iota
	NumbersNode
	NumbersPython
	NumbersGo
	NumbersPHP
	NumbersRuby
	numberFormats // the number of formats
)

// DuplicateKeys is a way to handle members with the same name.
type DuplicateKeys uint8

// The ways to handle duplicate keys.
const (
	DuplicatesKept DuplicateKeys = iota
	LastDuplicate                // one member remains: the last value, at the position of the first
)

// Lists is a way to write objects, as PHP's associative arrays do.
type Lists uint8

// The ways to write objects.
const (
	ObjectsStay    Lists = iota
	ObjectsAsLists       // an object that is empty, or whose names are 0, 1, 2 and so on, becomes a list
)
