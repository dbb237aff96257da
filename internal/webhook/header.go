package webhook

import (
	"slices"
	"strings"
)

// Field is one header line: a name in net/http's canonical form, and one value, byte for byte.
type Field struct {
	Name, Value string
}

// Header is a delivery's or an answer's header lines. The values of one name keep their order; the names are sorted, since
// net/http does not hand their order on, with Host first.
type Header []Field

// HeaderFrom makes a Header of what net/http parsed. The host, which net/http keeps apart, becomes the first field; where it is
// empty there is none. No value is joined, trimmed or dropped.
func HeaderFrom(host string, fields map[string][]string) Header {
	names := make([]string, 0, len(fields))
	size := 1
	for name, values := range fields {
		names = append(names, name)
		size += len(values)
	}
	slices.Sort(names)
	h := make(Header, 0, size)
	if host != "" {
		h = append(h, Field{"Host", host})
	}
	for _, name := range names {
		for _, value := range fields[name] {
			h = append(h, Field{name, value})
		}
	}
	return h
}

// Values returns every value of the field name, in order. Case does not matter.
func (h Header) Values(name string) []string {
	var values []string
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Get returns the first value of the field name, or "". Case does not matter.
func (h Header) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Without returns the header without the fields of that name. Case does not matter; the receiver is left as it is.
func (h Header) Without(name string) Header {
	return slices.DeleteFunc(slices.Clone(h), func(f Field) bool { return strings.EqualFold(f.Name, name) })
}
