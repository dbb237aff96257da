package sample

import "strings"

// Types is a set of JSON types.
type Types uint8

// The types of JSON (RFC 8259, section 3).
const (
	String Types = 1 << iota
	Number
	Boolean
	Object
	Array
	Null
)

// Names returns the names of the types, as JSON Schema writes them.
func (t Types) Names() []string {
	var names []string
	for i, name := range []string{"string", "number", "boolean", "object", "array", "null"} {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func (t Types) String() string { return strings.Join(t.Names(), " or ") }

// Has reports whether the set has all types of another.
func (t Types) Has(other Types) bool { return t&other == other }

// Shape describes the JSON values that something can have.
type Shape struct {
	Types  Types
	Format string   // of strings: a format of JSON Schema; may be empty
	Values []string // of strings: all possible values; empty: any
	Fields []Field  // of objects: the known members
	Any    *Shape   // of objects that are maps: the shape of each value; Fields is empty then
	Items  *Shape   // of arrays: the shape of each item; nil if only empty arrays were observed
}

// Field is a member of an object.
type Field struct {
	Name        string
	Basis       Basis
	Description string // sentences; empty for observed fields
	Example     string // JSON text; empty for observed fields
	Seen, Of    int    // observed: the number of objects that have it, and of all those objects
	Shape
}

// IsRequired reports whether every payload must have the field: only documented fields are required.
func (f Field) IsRequired() bool { return f.Basis == Documented }
