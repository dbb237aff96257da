package webhook

import (
	"bytes"
	"slices"
)

// Set puts a value where the path leads: over what is there, or, where nothing is, as a new member or as the next element of a
// list; objects and lists that are missing on the way are made. created reports that the path was not there.
//
// The value is taken as JSON where it is some, else as a string. The error is a *PathError: a broken path, one that leads through
// a string or number, past the end of a list, or too deep; or a number too large for JavaScript. The payload is then as before.
func (p *Payload) Set(path, value string) (created bool, err error) {
	steps, err := parsePath(path)
	if err != nil {
		return false, err
	}
	written, err := stringified(path, steps, value)
	if err != nil {
		return false, err
	}
	at := span{0, len(p.text)}
	for i, step := range steps {
		c := childOf(p.text, at, step)
		switch {
		case c.problem != "":
			return false, problemAt(path, steps, i, c.problem)
		case c.found:
			at = c.value
		default:
			nested, err := nest(path, steps, i+1, written)
			if err != nil {
				return false, err
			}
			p.insert(at, step, nested)
			return true, nil
		}
	}
	p.replace(at, written)
	return false, nil
}

// Unset takes away what the path leads to; of a name that is there twice, both. The error is a *PathError, with the path that was
// probably meant where it names nothing.
func (p *Payload) Unset(path string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	at := span{0, len(p.text)}
	for i, step := range steps {
		c := childOf(p.text, at, step)
		switch {
		case c.problem != "":
			return problemAt(path, steps, i, c.problem)
		case !c.found:
			return p.namesNothing(path, steps, i, at)
		case i == len(steps)-1:
			p.remove(at, step)
		default:
			at = c.value
		}
	}
	return nil
}

// stringified is the value as it will stand in the payload.
func stringified(path string, steps []step, value string) ([]byte, error) {
	s := scanner{text: []byte(value)}
	tooDeep := pathProblem(path, 0, "it leads more than 10,000 levels deep")
	if len(steps) > maxDepth {
		return nil, tooDeep
	}
	if !s.documentWithin(len(steps)) {
		if s.tooDeep {
			return nil, tooDeep
		}
		return appendQuoted(nil, value), nil
	}
	written, ok := appendStringified(nil, bytes.TrimSpace(s.text))
	if !ok {
		return nil, pathProblem(path, 0, "the value has a number that is too large for JavaScript")
	}
	return written, nil
}

// nest wraps a value into the objects and lists that the steps from first on ask for. A number makes a list, of which it can only
// be the first element; for an object with a number for a name, the name is quoted.
func nest(path string, steps []step, first int, value []byte) ([]byte, error) {
	var open, closing []byte
	for i := first; i < len(steps); i++ {
		switch step := steps[i]; {
		case step.index < 0:
			open = append(append(append(open, '{'), step.name...), ':')
			closing = append(closing, '}')
		case step.index == 0:
			open = append(open, '[')
			closing = append(closing, ']')
		default:
			return nil, problemAt(path, steps, i, "is a new list, whose first element is 0")
		}
	}
	slices.Reverse(closing)
	return slices.Concat(open, value, closing), nil
}

// insert puts a new child where JavaScript would have it: at the end, or with an array index for a name before all larger ones.
func (p *Payload) insert(in span, at step, value []byte) {
	end := in.to - 1
	place, count := end, 0
	var child []byte
	if p.text[in.from] == '{' {
		child = append(append(child, at.name...), ':')
		place = p.placeOf(in, at.name)
	}
	for range elements(p.text, in.from) {
		count++
	}
	child = append(child, value...)
	switch {
	case place < end:
		child = append(child, ',')
	case count > 0:
		child = append([]byte{','}, child...)
	}
	p.replace(span{place, place}, child)
}

// placeOf is where a new member goes: before the first whose key comes later, else at the end.
func (p *Payload) placeOf(in span, name []byte) int {
	order := keyOrder(name)
	for _, e := range elements(p.text, in.from) {
		if order < keyOrder(appendRequoted(nil, p.text[e.key.from:e.key.to])) {
			return e.key.from
		}
	}
	return in.to - 1
}

// remove takes every child of that step away, with its comma.
func (p *Payload) remove(in span, at step) {
	var kept []byte
	for n, e := range elements(p.text, in.from) {
		if at.name != nil && e.key.to > 0 && isName(p.text, e, at.name) || e.key.to == 0 && n == at.index {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, ',')
		}
		whole := e.whole()
		kept = append(kept, p.text[whole.from:whole.to]...)
	}
	p.replace(span{in.from + 1, in.to - 1}, kept)
}

func (p *Payload) replace(old span, by []byte) {
	p.text = slices.Concat(p.text[:old.from], by, p.text[old.to:])
}

// problemAt is the error of a path whose step i can't be taken, because of what is before it.
func problemAt(path string, steps []step, i int, problem string) *PathError {
	before := "the payload"
	if i > 0 {
		before = path[:steps[i-1].to]
	}
	return pathProblem(path, steps[i].from, "%s %s", before, problem)
}

// namesNothing is the error of a path whose step i names nothing in a container.
func (p *Payload) namesNothing(path string, steps []step, i int, in span) *PathError {
	step := steps[i]
	if p.text[in.from] == '[' {
		return problemAt(path, steps, i, "has no element "+path[step.from:step.to])
	}
	err := problemAt(path, steps, i, "has no "+path[step.from:step.to])
	var names []string
	for _, e := range elements(p.text, in.from) {
		names = append(names, writeName(appendRequoted(nil, p.text[e.key.from:e.key.to])))
	}
	if near := Near(path[step.from:step.to], names); near != "" {
		err.Near = path[:step.from] + near + path[step.to:]
	} else if _, ok := p.Get("data." + path); ok {
		err.Near = "data." + path // nearly everything is below data, and easily forgotten
	}
	return err
}
