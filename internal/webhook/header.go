package webhook

import (
	"slices"
	"strings"
)

// Field is one header line: a name in net/http's canonical form, and one value, byte for byte.
type Field struct {
	Name, Value string
}

// Header is the list of header lines of a delivery or response. Names are sorted, with Host first, because net/http does not
// preserve their order. The values of one name keep their order.
type Header []Field

// HeaderFrom converts a header that net/http parsed. The host, which net/http keeps separately, becomes the first field unless it
// is empty. No value is joined, trimmed or dropped.
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

// Values returns every value of the named field, in order. Case does not matter.
func (h Header) Values(name string) []string {
	var values []string
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Get returns the first value of the named field, or "". Case does not matter.
func (h Header) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Without returns a copy of the header without the named field. Case does not matter.
func (h Header) Without(name string) Header {
	return slices.DeleteFunc(slices.Clone(h), func(f Field) bool { return strings.EqualFold(f.Name, name) })
}

// With returns the header with the given fields at the end, in place of all fields with their names.
func (h Header) With(fields ...Field) Header {
	for _, f := range fields {
		h = h.Without(f.Name)
	}
	return append(h[:len(h):len(h)], fields...)
}
