package jsontext

import (
	"errors"
	"slices"
)

// Set sets the value at a path. It replaces an existing value; otherwise it adds a member or the next item of a list, with all missing
// objects and lists on the path. created reports whether the value is new.
//
// A value that is not valid JSON is a string. Set returns a *PathError if the path is invalid, leads through a string or number, past the
// end of a list or too deep, or if a number is too large for JavaScript. In this case the object does not change.
func (o *Object) Set(path, value string) (created bool, err error) {
	steps, err := parsePath(path)
	if err != nil {
		return false, err
	}
	written, err := stringifyValue(path, steps, value)
	if err != nil {
		return false, err
	}
	at := Span{0, len(o.text)}
	for i, step := range steps {
		c := childOf(o.text, at, step)
		switch {
		case c.problem != "":
			return false, problemAt(path, steps, i, c.problem)
		case c.found:
			at = c.Value
		default:
			nested, err := nest(path, steps, i+1, written)
			if err != nil {
				return false, err
			}
			o.insert(at, step, nested)
			return true, nil
		}
	}
	o.replace(at, written)
	return false, nil
}

// Unset removes the value at a path. It removes all duplicates of a key. The error is a *PathError.
func (o *Object) Unset(path string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	at := Span{0, len(o.text)}
	for i, step := range steps {
		c := childOf(o.text, at, step)
		switch {
		case c.problem != "":
			return problemAt(path, steps, i, c.problem)
		case !c.found:
			return o.missing(path, steps, i, at)
		case i == len(steps)-1:
			o.remove(at, step)
		default:
			at = c.Value
		}
	}
	return nil
}

// stringifyValue returns a value as Set writes it.
func stringifyValue(path string, steps []step, value string) ([]byte, error) {
	tooDeep := pathProblem(path, 0, "the path is more than 10,000 levels deep")
	if len(steps) > MaxDepth {
		return nil, tooDeep
	}
	switch depth, err := depthOf([]byte(value)); {
	case errors.Is(err, ErrTooDeep), err == nil && len(steps)+depth > MaxDepth:
		return nil, tooDeep
	case err != nil:
		return quote(value), nil
	}
	written, err := Stringify([]byte(value))
	if errors.Is(err, ErrTooLarge) {
		return nil, pathProblem(path, 0, "the value contains a number that is too large for JavaScript")
	}
	return written, err
}

// depthOf returns the nesting depth of a text, or an error if it is not JSON.
func depthOf(text []byte) (int, error) {
	deepest := 0
	for s := NewScanner(text); ; deepest = max(deepest, s.Depth()) {
		switch s.Next().Kind {
		case End:
			return deepest, nil
		case Invalid:
			return deepest, s.Err()
		}
	}
}

// nest wraps a value in the objects and lists for the steps from first on. An unquoted number creates a list and must be 0; a quoted number
// is the name of a member.
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
			return nil, problemAt(path, steps, i, "is a new list, whose first item is 0")
		}
	}
	slices.Reverse(closing)
	return slices.Concat(open, value, closing), nil
}

// insert adds a child at the position that JavaScript would give it: at the end, or before all larger names if its name is an array index.
func (o *Object) insert(in Span, at step, value []byte) {
	end := in.To - 1
	place, count := end, 0
	var added []byte
	if o.text[in.From] == '{' {
		added = append(append(added, at.name...), ':')
		place = o.placeOf(in, at.name)
	}
	for range Elements(o.text, in.From) {
		count++
	}
	added = append(added, value...)
	switch {
	case place < end:
		added = append(added, ',')
	case count > 0:
		added = append([]byte{','}, added...)
	}
	o.replace(Span{place, place}, added)
}

// placeOf returns the position of a new member: before the first member with a later key, otherwise at the end.
func (o *Object) placeOf(in Span, quoted []byte) int {
	order := keyOrder(quoted)
	for _, e := range Elements(o.text, in.From) {
		if order < keyOrder(requote(e.Name.Of(o.text))) {
			return e.Name.From
		}
	}
	return in.To - 1
}

// keyOrder returns the sort position of a key in JavaScript.
func keyOrder(quoted []byte) int64 { return indexOf(quoted[1 : len(quoted)-1]) }

// remove removes every child that a step leads to, with its comma.
func (o *Object) remove(in Span, at step) {
	var kept []byte
	for n, e := range Elements(o.text, in.From) {
		isMember := e.Name.To > 0
		if isMember && at.name != nil && hasName(o.text, e, at.name) || !isMember && n == at.index {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, ',')
		}
		kept = append(kept, e.whole().Of(o.text)...)
	}
	o.replace(Span{in.From + 1, in.To - 1}, kept)
}

func (o *Object) replace(old Span, by []byte) {
	o.text = slices.Concat(o.text[:old.From], by, o.text[old.To:])
}

// problemAt returns an error for step i of a path, which is not possible in the value before it.
func problemAt(path string, steps []step, i int, problem string) *PathError {
	before := "the payload"
	if i > 0 {
		before = path[:steps[i-1].to]
	}
	return pathProblem(path, steps[i].from, "%s %s", before, problem)
}

// missing returns an error for step i of a path, which does not exist in the container.
func (o *Object) missing(path string, steps []step, i int, in Span) *PathError {
	step := steps[i]
	if o.text[in.From] == '[' {
		return problemAt(path, steps, i, "has no item "+path[step.from:step.to])
	}
	err := problemAt(path, steps, i, "has no "+path[step.from:step.to])
	err.Missing, err.at = path[step.from:step.to], step
	for _, e := range Elements(o.text, in.From) {
		err.Names = append(err.Names, pathName(requote(e.Name.Of(o.text))))
	}
	return err
}
