package config

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// span is a range of bytes in a text; to is exclusive.
type span struct{ from, to int }

// nowhere is the span of something whose position is unknown.
var nowhere = span{-1, -1}

// locate returns where a key of the file is written. It returns nowhere if the key has no known position, as in an inline table.
func (c *checker) locate(path []string) span {
	if c.positions == nil {
		c.positions = keyPositions(c.text, c.skeleton)
	}
	for n := len(path); n > 0; n-- {
		if at, ok := c.positions[strings.Join(path[:n], "\x00")]; ok {
			return at
		}
	}
	prefix, first := strings.Join(path, "\x00")+"\x00", headerPosition(c.text, path)
	for key, at := range c.positions { // dotted keys
		if strings.HasPrefix(key, prefix) && (first == nowhere || at.from < first.from) {
			first = at
		}
	}
	return first
}

// headerPosition returns where the header of a table is written, or the first header of a table below it.
func headerPosition(text []byte, path []string) span {
	for at := markLength(text); at < len(text); {
		line := lineAt(text, at)
		at = line.to
		if !bytes.HasPrefix(bytes.TrimLeft(text[line.from:line.to], " \t"), []byte("[")) {
			continue
		}
		header, _, isHeader := decodeLine(text[line.from:line.to])
		if isHeader && len(header) >= len(path) && slices.Equal(header[:len(path)], path) {
			from := line.from + bytes.IndexByte(text[line.from:line.to], '[')
			for text[from] == '[' || text[from] == ' ' || text[from] == '\t' {
				from++
			}
			return span{from, from + keyLength(text[from:])}
		}
	}
	return nowhere
}

// keyPositions returns where each key is written. The decoder reports the position of every key that its target lacks, so the target is a
// skeleton of the file: its tables without their fields.
func keyPositions(text []byte, skeleton any) map[string]span {
	at := map[string]span{}
	add := func(e *toml.DecodeError) {
		from := offsetOf(text, e)
		name := strings.Join(e.Key(), "\x00")
		if _, ok := at[name]; !ok {
			at[name] = span{from, from + keyLength(text[from:])}
		}
	}
	target := reflect.New(reflect.TypeOf(skeleton).Elem()).Interface()
	err := toml.NewDecoder(bytes.NewReader(text[markLength(text):])).DisallowUnknownFields().Decode(target)
	var missing *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &missing):
		for i := range missing.Errors {
			add(&missing.Errors[i])
		}
	case errors.As(err, &decode):
		add(decode)
	}
	return at
}

// decodeLine returns the path and the value of a line of TOML, or the path of a header. It returns nil if the line is not a complete
// statement.
func decodeLine(text []byte) (path []string, value any, isHeader bool) {
	text = bytes.TrimSpace(text)
	var tree any = map[string]any{}
	if err := toml.Unmarshal(text, &tree); err != nil || len(text) == 0 {
		return nil, nil, false
	}
	for {
		table, ok := tree.(map[string]any)
		if !ok || len(table) != 1 {
			return path, tree, text[0] == '['
		}
		for name, value := range table {
			path, tree = append(path, name), value
		}
	}
}

// offsetOf returns the byte offset of an error, which has a line and a column.
func offsetOf(text []byte, e *toml.DecodeError) int {
	row, column := e.Position()
	offset := markLength(text)
	for range row - 1 {
		end := bytes.IndexByte(text[offset:], '\n')
		if end < 0 {
			return len(text)
		}
		offset += end + 1
	}
	return min(offset+column-1, len(text))
}

// lineAt returns the line that contains an offset, including its line ending.
func lineAt(text []byte, at int) span {
	at = max(markLength(text), min(at, len(text)))
	line := span{bytes.LastIndexByte(text[:at], '\n') + 1, len(text)}
	line.from = max(line.from, markLength(text))
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		line.to = at + end + 1
	}
	return line
}

// keyLength returns the length of the key at the beginning of text: up to the = or ] that ends it.
func keyLength(text []byte) int {
	quote := byte(0)
	for i, c := range text {
		switch {
		case c == '\n':
			return len(bytes.TrimRight(text[:i], " \t\r"))
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '=' || c == ']':
			return len(bytes.TrimRight(text[:i], " \t"))
		}
	}
	return len(text)
}

// bareLength returns the length of the word at the beginning of text, at least 1.
func bareLength(text []byte) int {
	n := 0
	for n < len(text) && (isBareKeyByte(text[n]) || text[n] == '.') {
		n++
	}
	return max(n, 1)
}

// valueSpan returns where the value of a key is written, as far as it is on the key's line, without a comment.
func valueSpan(text []byte, key span) span {
	if key == nowhere {
		return nowhere
	}
	line := lineAt(text, key.from)
	rest := text[key.to:max(key.to, line.to)]
	equals := bytes.IndexByte(rest, '=')
	if equals < 0 || strings.TrimSpace(string(rest[:equals])) != "" {
		return key
	}
	from := key.to + equals + 1
	for from < line.to && (text[from] == ' ' || text[from] == '\t') {
		from++
	}
	return span{from, from + len(bytes.TrimSpace(withoutComment(text[from:line.to])))}
}

// withoutComment removes the comment after a value. Since a # may also be part of a string, it tries to decode what precedes it.
func withoutComment(value []byte) []byte {
	for i, c := range value {
		if c != '#' {
			continue
		}
		var tree map[string]any
		if toml.Unmarshal(append([]byte("k = "), value[:i]...), &tree) == nil {
			return value[:i]
		}
	}
	return value
}
