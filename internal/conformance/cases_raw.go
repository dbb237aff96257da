package conformance

import (
	"bytes"
	"encoding/json"
	"strings"
)

func rawCases() []Case {
	return []Case{
		{
			ID: "raw.whitespace", Title: "accepts a body with white space", Weight: Should, Source: SourceOwn,
			Why:   "The signature covers the bytes as they were sent. A handler that hashes what its parser made of them works until the sender formats its JSON in another way.",
			Sends: "an indented body, and a body with a line feed at its end", Expects: "2xx", Fix: hashRaw,
			try: func(t *trial) {
				var indented bytes.Buffer
				_ = json.Indent(&indented, t.complete(), "", "  ")
				t.accept("an indented body", t.signed(indented.Bytes()))
				t.accept("a body with a line feed at its end", t.signed(append(t.complete(), '\n')))
			},
		},
		{
			ID: "raw.numbers", Title: "accepts numbers in any spelling", Weight: Should, Source: SourceOwn,
			Why:   "Parsers change 1.0 into 1, and round large integers.",
			Sends: "1.0, 1e3, 0.1000 and 9007199254740993", Expects: "2xx", Fix: hashRaw,
			try: func(t *trial) {
				for _, number := range []string{"1.0", "1e3", "0.1000", "9007199254740993"} {
					t.accept("the number "+number, t.signed(replaced(t.complete(), `"duration":10.5`, `"duration":`+number)))
				}
			},
		},
		{
			ID: "raw.escapes", Title: "accepts text in any spelling", Weight: Should, Source: SourceOwn,
			Why:   "One character can be written in several ways in JSON, and parsers don't keep which one was used.",
			Sends: `\u00e9, \/, an emoji, and U+2028`, Expects: "2xx", Fix: hashRaw,
			try: func(t *trial) {
				for _, text := range []struct{ name, as string }{{`\u00e9`, `caf\u00e9`}, {`\/`, `a\/b`}, {"an emoji", "🎬"}, {"U+2028", "a\u2028b"}} {
					t.accept(text.name, t.signed(replaced(t.complete(), "https://cdn.vidiking.com/renders/", "https://cdn.vidiking.com/"+text.as+"/")))
				}
			},
		},
		{
			ID: "raw.keys", Title: "accepts keys in any order", Weight: Should, Source: SourceOwn,
			Why:   "Parsers sort keys, move keys that are integers to the front, and keep one of two equal keys.",
			Sends: "other orders of keys, keys that are integers, and a key twice", Expects: "2xx", Fix: hashRaw,
			try: func(t *trial) {
				t.accept("another order of keys", t.signed(reordered(t.complete())))
				t.accept("keys that are integers", t.signed(replaced(t.complete(), `"duration":10.5`, `"duration":10.5,"metadata":{"10":"a","9":"b"}`)))
				t.accept("a key that occurs twice", t.signed(replaced(t.complete(), `"duration":10.5`, `"duration":10,"duration":10.5`)))
			},
		},
		{
			ID: "raw.bom", Title: "does not crash on a byte order mark", Weight: Info, Source: SourceOwn,
			Why:   "JSON must not begin with a byte order mark (RFC 8259, 8.1), but some senders write one.",
			Sends: "a byte order mark before the body, correctly signed", Expects: "any code below 500; 2xx or 400 is best",
			Fix: "Respond 400 if the body is not valid JSON.",
			try: func(t *trial) { t.either("a byte order mark", t.signed(append([]byte("\ufeff"), t.complete()...))) },
		},
	}
}

// reordered returns a payload of one line with data before event and timestamp.
func reordered(body []byte) []byte {
	head, data, _ := strings.Cut(strings.Trim(string(body), "{}"), `,"data":{`)
	return []byte(`{"data":{` + data + "}," + head + "}")
}
