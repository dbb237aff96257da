package webhook

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// PathError says why a path can't be followed, or what can't be put there.
type PathError struct {
	Path    string // as it was typed
	Column  int    // where in Path the trouble begins, from 1, in characters
	Problem string // without the path: "a name is missing"
	Near    string // the path that was probably meant; empty where none is near
}

func (e *PathError) Error() string { return e.Path + ": " + e.Problem }

// CutAssignment cuts PATH=VALUE at the first = that is not within a quoted name. ok is false where there is none.
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

// step is one part of a path: the name of a member, the index of a list's element, or what may be either.
type step struct {
	name     []byte // as JSON.stringify writes it; nil where it is in brackets, which can only be an index
	index    int    // -1 where it is none
	from, to int    // where it is in the path, without dot, with brackets
}

// parsePath reads a path: names with dots between them, indices as names or in brackets (data.items.0, data.items[0]), names
// with dots or brackets of their own as JSON strings (data."a.b").
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

// parseName reads a name, plain or quoted. A plain one that is a number may turn out to be an index; a quoted one is a name.
func parseName(path string, at int) (step, error) {
	if at < len(path) && path[at] == '"' {
		end, closed := quotedEnd(path, at)
		if !closed {
			return step{}, pathProblem(path, at, "the quoted name is no JSON string")
		}
		return step{name: appendRequoted(nil, []byte(path[at:end])), index: -1, from: at, to: end}, nil
	}
	end := len(path)
	if i := strings.IndexAny(path[at:], `.[]"`); i >= 0 {
		end = at + i
	}
	if end == at {
		return step{}, pathProblem(path, at, "a name is missing")
	}
	return step{name: appendQuoted(nil, path[at:end]), index: parseInt(path[at:end]), from: at, to: end}, nil
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
	if i, ok := arrayIndex(s); ok {
		return int(i)
	}
	return -1
}

// quotedEnd returns where the JSON string that begins at from ends.
func quotedEnd(s string, from int) (end int, closed bool) {
	scan := scanner{text: []byte(s), at: from}
	closed = scan.string()
	return scan.at, closed
}

// pathProblem is the error of a path that goes wrong at a byte of it.
func pathProblem(path string, at int, format string, args ...any) *PathError {
	return &PathError{Path: path, Column: utf8.RuneCountInString(path[:at]) + 1, Problem: fmt.Sprintf(format, args...)}
}

// writeName returns a name as it is written in a path.
func writeName(quoted []byte) string {
	name := unquote(quoted)
	if name == "" || strings.ContainsAny(name, `.[]"=`) || string(appendQuoted(nil, name)) != string(quoted) {
		return string(quoted)
	}
	return name
}
