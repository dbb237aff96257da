package config

import (
	"bytes"
	"unicode/utf8"
)

// fileError returns the error that users see for a problem in a text.
func (e Environment) fileError(path string, text []byte, f *parseError) *FileError {
	at := f.at
	if at == nowhere {
		return &FileError{Path: path, Msg: maskSecrets(f.msg), Hint: maskSecrets(f.hint), shortPath: e.ShortPath(path)}
	}
	at.from = max(markLength(text), min(at.from, len(text)-1)) // a problem at the end of the text is shown at its last line
	at.from = characterAt(text, at.from)
	at.to = max(at.to, at.from)
	line := lineAt(text, at.from)
	shown := bytes.TrimRight(text[line.from:line.to], "\r\n")
	end := line.from + len(shown)
	column := utf8.RuneCount(text[line.from:min(at.from, end)]) + 1
	return &FileError{
		Path:      path,
		Line:      lineOf(text, at.from),
		Column:    column,
		Width:     max(1, utf8.RuneCount(text[min(at.from, end):min(characterAt(text, at.to), end)])),
		Text:      maskLine(string(shown), string(text[min(f.statement, line.from):line.from])),
		Msg:       maskSecrets(f.msg),
		Hint:      maskSecrets(f.hint),
		shortPath: e.ShortPath(path),
	}
}

// characterAt returns where the character at a byte offset begins. The parser counts bytes.
func characterAt(text []byte, at int) int {
	for start := at - 1; start >= max(0, at-utf8.UTFMax+1) && at < len(text); start-- {
		if _, length := utf8.DecodeRune(text[start:]); start+length > at {
			return start
		}
	}
	return at
}

// lineOf returns the number of the line that contains an offset.
func lineOf(text []byte, at int) int {
	return bytes.Count(text[:at], []byte("\n")) + 1
}
