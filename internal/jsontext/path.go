package jsontext

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// PathError describes why a path is invalid, or why no value can be set at it.
type PathError struct {
	Path    string // as the user typed it
	Column  int    // position of the problem in Path, from 1, in characters
	Problem string // without the path, such as "a name is missing"

	Missing string   // the name that an object does not have; may be empty
	Names   []string // the existing names, as written in a path
	at      step     // the position of Missing in Path
}

func (e *PathError) Error() string { return e.Path + ": " + e.Problem }

// With returns the path with Missing replaced by another name.
func (e *PathError) With(name string) string { return e.Path[:e.at.from] + name + e.Path[e.at.to:] }

// CutAssignment cuts PATH=VALUE at the first = that is not in a quoted name. ok is false if there is none.
func CutAssignment(assignment string) (path, value string, ok bool) {
	for at := 0; at < len(assignment); at++ {
		switch assignment[at] {
		case '=':
			return assignment[:at], assignment[at+1:], true
		case '"':
			end, closed := quotedEnd(assignment, at)
			if !closed {
				return "", "", false
			}
			at = end - 1
		}
	}
	return "", "", false
}

// PathTo returns the path of a member of the object at a path, as a user can type it: data and a.b give data."a.b". The path of the
// outermost object is "".
func PathTo(path, name string) string {
	name = pathName(quote(name))
	if path == "" {
		return name
	}
	return path + "." + name
}

// PathToItem returns the path of an item of the list at a path.
func PathToItem(path string, index int) string { return path + "[" + strconv.Itoa(index) + "]" }

// step is one part of a path: the name of a member, the index of an item, or a number that may be either.
type step struct {
	name     []byte // quoted as JSON.stringify does; nil in brackets, which can only be an index
	index    int    // -1 if it is not an index
	from, to int    // position in the path, without the dot, with brackets
}

// parsePath reads a path: names separated by dots; indices as names or in brackets (data.items.0, data.items[0]); names that contain dots
// or brackets as JSON strings (data."a.b").
func parsePath(path string) ([]step, error) {
	steps := make([]step, 0, strings.Count(path, ".")+strings.Count(path, "[")+1)
	for at := 0; at < len(path) || len(steps) == 0; {
		var next step
		var err error
		switch {
		case len(steps) == 0:
			next, err = parseName(path, 0)
		case path[at] == '[':
			next, err = parseIndex(path, at)
		case path[at] == '.':
			next, err = parseName(path, at+1)
		default:
			err = pathProblem(path, at, "expected a dot or [ here")
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, next)
		at = next.to
	}
	return steps, nil
}

// parseName parses a plain or quoted name. A plain number may be an index; a quoted one is always a name.
func parseName(path string, at int) (step, error) {
	if at < len(path) && path[at] == '"' {
		end, closed := quotedEnd(path, at)
		if !closed {
			return step{}, pathProblem(path, at, "the quoted name is not a JSON string")
		}
		return step{name: requote([]byte(path[at:end])), index: -1, from: at, to: end}, nil
	}
	end := len(path)
	if i := strings.IndexAny(path[at:], `.[]"`); i >= 0 {
		end = at + i
	}
	if end == at {
		return step{}, pathProblem(path, at, "a name is missing")
	}
	return step{name: quote(path[at:end]), index: parseInt(path[at:end]), from: at, to: end}, nil
}

// parseIndex reads an index in brackets.
func parseIndex(path string, at int) (step, error) {
	length := strings.IndexByte(path[at:], ']')
	if length < 0 {
		return step{}, pathProblem(path, at, "the bracket is not closed")
	}
	index := parseInt(path[at+1 : at+length])
	if index < 0 {
		return step{}, pathProblem(path, at+1, "expected a number from 0 in the brackets")
	}
	return step{index: index, from: at, to: at + length + 1}, nil
}

// parseInt reads an index, or returns -1.
func parseInt(s string) int {
	if i := indexOf([]byte(s)); i < 1<<32 {
		return int(i)
	}
	return -1
}

// quotedEnd returns the end of the JSON string at an offset.
func quotedEnd(s string, from int) (end int, closed bool) {
	scan := Scanner{text: []byte(s), at: from}
	t := scan.Next()
	return t.To, t.Kind == String
}

// pathProblem returns an error at an offset of a path.
func pathProblem(path string, at int, format string, args ...any) *PathError {
	return &PathError{Path: path, Column: utf8.RuneCountInString(path[:at]) + 1, Problem: fmt.Sprintf(format, args...)}
}

// pathName returns a name as written in a path.
func pathName(quoted []byte) string {
	name := Unquote(quoted)
	if name == "" || strings.ContainsAny(name, `.[]"=`) || string(quote(name)) != string(quoted) {
		return string(quoted)
	}
	return name
}
