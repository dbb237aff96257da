package recording_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestReaderReportsTheLineOfAProblem(t *testing.T) {
	n := newHostile(2)
	d := n.delivery(false)
	for len(d.History) == 0 || len(d.Body) < 8 || d.ReplayOf == "" || d.History[0].Failure != "" {
		d = n.delivery(false)
	}
	good := string(write(t, d))
	swap := func(old, replacement string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in %s", old, good)
		}
		return strings.Replace(good, old, replacement, 1)
	}
	bare := string(write(t, webhook.Delivery{Summary: webhook.Summary{ID: "dlv_0000000001", Status: "pending", Verdict: "valid", Origin: "local", BodyBytes: 2},
		Header: webhook.Header{{Name: "Cookie", Value: "a"}}, Body: []byte("{}")}))
	other := func(old, replacement string) string { return strings.Replace(bare, old, replacement, 1) }
	tests := []struct{ name, line, want string }{
		{"truncated", good[:len(good)/2], "expected "},
		{"truncated at the end", strings.TrimSuffix(good, "}\n"), "expected "},
		{"two deliveries in a line", strings.TrimSpace(good) + good, "expected nothing more"},
		{"not JSON", "hello\n", "column 1: expected {"},
		{"a list", "[]\n", "this is not a delivery"},
		{"an empty object", "{}\n", `"v" is missing`},
		{"another object", `{"v":1,"type":"ready"}` + "\n", `this is a "ready", not a delivery`},
		{"a row of a list", `{"v":1,"type":"delivery","id":"dlv_0000000001","received_at":"2026-01-01T00:00:00Z"}` + "\n", "row of a list"},
		{"invalid UTF-8", swap(`"id":"dlv_`, "\"id\":\"dlv_\xff"), "invalid UTF-8"},
		{"an invalid id", other("dlv_0000000001", "dlv_000000000l"), "invalid id"},
		{"an invalid parent", swap(`"replay_of":"dlv_`, `"replay_of":"job_`), "invalid id"},
		{"no time", other(`"received_at":"`, `"received":"`), "received_at is missing"},
		{"an invalid time", other(`"received_at":"0001`, `"received_at":"000l`), "is not a time"},
		{"a truncated body", other(`"body_base64":"e30="`, `"body_base64":"ew=="`), "body_base64 has 1 bytes, but body_bytes is 2"},
		{"a modified body", other(`"body_base64":"e30="`, `"body_base64":"e30K"`), "body_base64 has 3 bytes"},
		{"an unused bit of base64", other(`"body_base64":"e30="`, `"body_base64":"e31="`), ""},
		{"a modified bit of the body", other(`"body_base64":"e30="`, `"body_base64":"f30="`), "does not match body_sha256"},
		{"a body that is not base64", other(`"body_base64":"e30="`, `"body_base64":"!30="`), "this is not a delivery: illegal base64"},
		{"a missing attempt", other(`"attempts":0`, `"attempts":1`), "history has 0 attempts, but attempts is 1"},
		{"an unknown verdict", other(`"verdict":"valid"`, `"verdict":"vaild"`), `unknown verdict "vaild"`},
		{"an unknown origin", other(`"origin":"local"`, `"origin":"Local"`), `unknown origin "Local"`},
		{"an unknown status", other(`"status":"pending"`, `"status":"penbing"`), `unknown status "penbing"`},
		{"a status without attempts", other(`"status":"pending"`, `"status":"delivered"`), "status is delivered, but there is no attempt"},
		{"a status that contradicts the attempts", swap(`"status":"`+string(d.Status), `"status":"pending`), "status is pending, but the attempts result in "},
		{"a number as a string", other(`"body_bytes":2`, `"body_bytes":"2"`), "body_bytes must not be a string"},
		{"an attempt of another delivery", swap(`"delivery_id":"`+string(d.ID), `"delivery_id":"dlv_0000000009`), "attempt 1: it belongs to another delivery"},
		{"attempts out of order", swap(`"n":1,`, `"n":2,`), "attempt 1: n is 2 instead of 1"},
		{"an attempt of the wrong type", swap(`"type":"attempt"`, `"type":"delivery"`), "attempt 1: this is not an attempt"},
		{"an invalid header name", other(`["Cookie","a"]`, `["Coo\nkie","a"]`), "invalid header name"},
		{"an invalid header value", other(`["Cookie","a"]`, `["Cookie","a\r\nX-B: c"]`), "the value of header Cookie contains a line break"},
		{"a masked header that does not exist", other(`"attempts":0`, `"attempts":0,"masked":["X-A"]`), `masked contains "X-A"`},
		{"a long session", other(`"attempts":0`, `"attempts":0,"session":"`+strings.Repeat("s", 257)+`"`), "session has more than 256 bytes"},
		{"long headers", other(`["Cookie","a"]`, `["Cookie","`+strings.Repeat("a", 256<<10)+`"]`), "headers has more than 256 KiB"},
		{"a long target", swap(`"target":"`, `"target":"`+strings.Repeat("t", 65<<10)), "attempt 1: target has more than 64 KiB"},
		{"a long failure", swap(`"n":1,`, `"n":1,"failure":"`+strings.Repeat("f", 257)+`",`), "attempt 1: failure has more than 256 bytes"},
		{"a long error", swap(`"n":1,`, `"n":1,"error":"`+strings.Repeat("e", 5<<10)+`",`), "attempt 1: error has more than 4 KiB"},
		{"bytes without base64", other(`["Cookie","a"]`, `["Cookie",{"hex":"ff"}]`), `must have "base64"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all, err := read(strings.NewReader(good + "\n" + test.line))
			if test.want == "" {
				test.want = "does not match body_sha256" // base64 has unused bits, but an empty body has none
				if err == nil {
					return
				}
			}
			var damage *recording.LineError
			if !errors.As(err, &damage) || !strings.Contains(err.Error(), test.want) || len(all) != 1 {
				t.Fatalf("got %d deliveries and %v, want 1 and %q", len(all), err, test.want)
			}
			if damage.Line != 3 {
				t.Errorf("%v names line %d, want 3", err, damage.Line)
			}
		})
	}
}

func TestReaderTruncatesALongEvent(t *testing.T) {
	long := strings.Repeat("é", 10_000)
	line := write(t, webhook.Delivery{Summary: webhook.Summary{
		ID: "dlv_0000000001", Status: "pending", Verdict: "valid", Origin: "local", Event: long, About: long,
	}})
	all, err := read(bytes.NewReader(line))
	if err != nil || len(all) != 1 || all[0].Event != webhook.Truncate(long) || all[0].About != webhook.Truncate(long) {
		t.Errorf("got %d deliveries, %v; want one with event and about truncated", len(all), err)
	}
}

func TestReaderRecognizesUTF16(t *testing.T) {
	if _, err := read(strings.NewReader("\xff\xfe{\x00}\x00\n\x00")); err == nil || !strings.Contains(err.Error(), "line 1: the file is UTF-16") {
		t.Errorf("got %v, want an error about UTF-16", err)
	}
}

func TestReaderReportsANewerVersion(t *testing.T) {
	_, err := read(strings.NewReader(`{"v":2,"type":"delivery","id":7}` + "\n"))
	var newer *recording.NewerVersionError
	if !errors.As(err, &newer) || newer.Line != 1 || newer.Version != 2 {
		t.Errorf("got %v, want a NewerVersionError for version 2", err)
	}
}

func TestReaderIgnoresHarmlessDifferences(t *testing.T) {
	good := string(write(t, newHostile(3).delivery(false)))
	for name, text := range map[string]string{
		"unknown fields":    strings.Replace(good, `"v":1`, `"later":{"a":[1]},"v":1`, 1),
		"blank lines":       "\n  \n" + good + "\n",
		"Windows line ends": strings.ReplaceAll(good, "\n", "\r\n"),
		"no line end":       strings.TrimSuffix(good, "\n"),
		"a byte order mark": "\ufeff" + good,
		"no body_sha256":    dropField(t, good, "body_sha256"),
		"white space":       strings.Replace(good, `,"id":`, ` , "id" : `, 1),
	} {
		all, err := read(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil || len(all) != 1 || string(write(t, all...)) != good {
			t.Errorf("%s: got %d, %v, want the delivery", name, len(all), err)
		}
	}
	if all, err := read(strings.NewReader("")); len(all) != 0 || err != nil {
		t.Errorf("empty input: got %d, %v, want nothing", len(all), err)
	}
}

func dropField(t *testing.T, line, name string) string {
	t.Helper()
	from := strings.Index(line, `"`+name+`":`)
	to := strings.Index(line[from:], ",")
	return line[:from] + line[from+to+1:]
}

func TestReaderReturnsTheErrorsOfTheFile(t *testing.T) {
	broken := errors.New("the disk is gone")
	good := write(t, newHostile(4).delivery(false))
	if _, err := read(io.MultiReader(bytes.NewReader(good), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// FuzzReader checks that everything that can be read can be written, and is read again unchanged.
func FuzzReader(f *testing.F) {
	n := newHostile(8)
	for range 20 {
		f.Add(write(f, n.delivery(false)))
	}
	f.Add([]byte(`{"v":1,"type":"delivery"}`))
	f.Add([]byte("\xff\xfe{\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := read(bytes.NewReader(text))
		if err != nil && len(all) == 0 {
			return
		}
		once := write(t, all...)
		again, err := read(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("%q was read, but its recording was not: %v\n%s", text, err, once)
		}
		if twice := write(t, again...); !bytes.Equal(once, twice) {
			t.Errorf("recording of %q\n got %s\nwant %s", text, twice, once)
		}
	})
}
