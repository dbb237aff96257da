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

func TestDamageIsNamedByItsLine(t *testing.T) {
	n := newNasty(2)
	d := n.delivery(false)
	for len(d.History) == 0 || len(d.Body) < 8 || d.ReplayOf == "" || d.History[0].Failure != "" {
		d = n.delivery(false)
	}
	good := string(write(t, d))
	swap := func(old, replacement string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("there is no %s in %s", old, good)
		}
		return strings.Replace(good, old, replacement, 1)
	}
	bare := string(write(t, webhook.Delivery{Summary: webhook.Summary{ID: "dlv_0000000001", Status: "pending", Verdict: "valid", Origin: "local", BodyBytes: 2},
		Header: webhook.Header{{Name: "Cookie", Value: "a"}}, Body: []byte("{}")}))
	other := func(old, replacement string) string { return strings.Replace(bare, old, replacement, 1) }
	tests := []struct{ name, line, want string }{
		{"cut off", good[:len(good)/2], "expected "},
		{"cut off at the end", strings.TrimSuffix(good, "}\n"), "expected "},
		{"two in one", strings.TrimSpace(good) + good, "expected nothing more"},
		{"no JSON", "hello\n", "column 1: expected {"},
		{"a list", "[]\n", "it is not a delivery"},
		{"an empty object", "{}\n", `it has no "v"`},
		{"another object", `{"v":1,"type":"ready"}` + "\n", `it is a "ready", not a delivery`},
		{"a row of a list", `{"v":1,"type":"delivery","id":"dlv_0000000001","received_at":"2026-01-01T00:00:00Z"}` + "\n", "row of a list"},
		{"a byte that is no UTF-8", swap(`"id":"dlv_`, "\"id\":\"dlv_\xff"), "a byte is no UTF-8"},
		{"another id", other("dlv_0000000001", "dlv_000000000l"), "is no id"},
		{"a parent that is none", swap(`"replay_of":"dlv_`, `"replay_of":"job_`), "is no id"},
		{"no time", other(`"received_at":"`, `"received":"`), "no received_at"},
		{"a time that is none", other(`"received_at":"0001`, `"received_at":"000l`), "is no time"},
		{"a body cut short", other(`"body_base64":"e30="`, `"body_base64":"ew=="`), "its body has 1 bytes, and body_bytes says 2"},
		{"a body changed", other(`"body_base64":"e30="`, `"body_base64":"e30K"`), "its body has 3 bytes"},
		{"a bit of the body", other(`"body_base64":"e30="`, `"body_base64":"e31="`), ""},
		{"another bit of the body", other(`"body_base64":"e30="`, `"body_base64":"f30="`), "not the one of body_sha256"},
		{"a body that is no base64", other(`"body_base64":"e30="`, `"body_base64":"!30="`), "it is not a delivery: illegal base64"},
		{"an attempt missing", other(`"attempts":0`, `"attempts":1`), "history has 0 attempts, and attempts says 1"},
		{"a verdict that is none", other(`"verdict":"valid"`, `"verdict":"vaild"`), `there is no verdict "vaild"`},
		{"an origin that is none", other(`"origin":"local"`, `"origin":"Local"`), `there is no origin "Local"`},
		{"a status that is none", other(`"status":"pending"`, `"status":"penbing"`), `there is no status "penbing"`},
		{"a status that cannot be", other(`"status":"pending"`, `"status":"delivered"`), "status is delivered, and there is no attempt"},
		{"a status that the attempts deny", swap(`"status":"`+string(d.Status), `"status":"pending`), "status is pending, and its attempts make it "},
		{"a number as text", other(`"body_bytes":2`, `"body_bytes":"2"`), "body_bytes can't be a string"},
		{"an attempt of another", swap(`"delivery_id":"`+string(d.ID), `"delivery_id":"dlv_0000000009`), "attempt 1: it is of another delivery"},
		{"attempts in disorder", swap(`"n":1,`, `"n":2,`), "attempt 1: its n is 2"},
		{"an attempt of no kind", swap(`"type":"attempt"`, `"type":"delivery"`), "attempt 1: it is no attempt"},
		{"a header's name", other(`["Cookie","a"]`, `["Coo\nkie","a"]`), "is no header's name"},
		{"a header's value", other(`["Cookie","a"]`, `["Cookie","a\r\nX-B: c"]`), "header Cookie can't have a line end"},
		{"a name masked that is not there", other(`"attempts":0`, `"attempts":0,"masked":["X-A"]`), `masked names "X-A"`},
		{"a long session", other(`"attempts":0`, `"attempts":0,"session":"`+strings.Repeat("s", 257)+`"`), "session has more than 256 bytes"},
		{"long headers", other(`["Cookie","a"]`, `["Cookie","`+strings.Repeat("a", 256<<10)+`"]`), "headers has more than 256 KiB"},
		{"a long target", swap(`"target":"`, `"target":"`+strings.Repeat("t", 65<<10)), "attempt 1: target has more than 64 KiB"},
		{"a long failure", swap(`"n":1,`, `"n":1,"failure":"`+strings.Repeat("f", 257)+`",`), "attempt 1: failure has more than 256 bytes"},
		{"a long error", swap(`"n":1,`, `"n":1,"error":"`+strings.Repeat("e", 5<<10)+`",`), "attempt 1: error has more than 4 KiB"},
		{"bytes without base64", other(`["Cookie","a"]`, `["Cookie",{"hex":"ff"}]`), `"base64" in it`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all, err := read(strings.NewReader(good + "\n" + test.line))
			if test.want == "" {
				test.want = "not the one of body_sha256" // base64 has room for bits that mean nothing, and no body is another for them
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

func TestALongEventOfARecordingIsCut(t *testing.T) {
	long := strings.Repeat("é", 10_000)
	line := write(t, webhook.Delivery{Summary: webhook.Summary{
		ID: "dlv_0000000001", Status: "pending", Verdict: "valid", Origin: "local", Event: long, About: long,
	}})
	all, err := read(bytes.NewReader(line))
	if err != nil || len(all) != 1 || all[0].Event != webhook.Truncate(long) || all[0].About != webhook.Truncate(long) {
		t.Errorf("got %d deliveries, %v; want one with event and about cut", len(all), err)
	}
}

func TestUTF16IsNamed(t *testing.T) {
	if _, err := read(strings.NewReader("\xff\xfe{\x00}\x00\n\x00")); err == nil || !strings.Contains(err.Error(), "line 1: it is UTF-16") {
		t.Errorf("got %v, want that it is UTF-16", err)
	}
}

func TestNewerVersionIsToldFromDamage(t *testing.T) {
	_, err := read(strings.NewReader(`{"v":2,"type":"delivery","id":7}` + "\n"))
	var newer *recording.NewerVersionError
	if !errors.As(err, &newer) || newer.Line != 1 || newer.Version != 2 {
		t.Errorf("got %v, want that version 2 is newer", err)
	}
}

func TestWhatDoesNoHarmIsReadOver(t *testing.T) {
	good := string(write(t, newNasty(3).delivery(false)))
	for name, text := range map[string]string{
		"fields of later":     strings.Replace(good, `"v":1`, `"later":{"a":[1]},"v":1`, 1),
		"blank lines":         "\n  \n" + good + "\n",
		"ends as of Windows":  strings.ReplaceAll(good, "\n", "\r\n"),
		"no end":              strings.TrimSuffix(good, "\n"),
		"a byte order mark":   "\ufeff" + good,
		"no sum of the body":  dropField(t, good, "body_sha256"),
		"white space between": strings.Replace(good, `,"id":`, ` , "id" : `, 1),
	} {
		all, err := read(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil || len(all) != 1 || string(write(t, all...)) != good {
			t.Errorf("%s: got %d, %v, want the delivery", name, len(all), err)
		}
	}
	if all, err := read(strings.NewReader("")); len(all) != 0 || err != nil {
		t.Errorf("of nothing: got %d, %v, want nothing", len(all), err)
	}
}

func dropField(t *testing.T, line, name string) string {
	t.Helper()
	from := strings.Index(line, `"`+name+`":`)
	to := strings.Index(line[from:], ",")
	return line[:from] + line[from+to+1:]
}

func TestErrorOfTheFileIsNoDamage(t *testing.T) {
	broken := errors.New("the disk is gone")
	good := write(t, newNasty(4).delivery(false))
	if _, err := read(io.MultiReader(bytes.NewReader(good), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// Whatever is read can be written, and is read the same again.
func FuzzReader(f *testing.F) {
	n := newNasty(8)
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
			t.Fatalf("%q was read, and what is written of it was not: %v\n%s", text, err, once)
		}
		if twice := write(t, again...); !bytes.Equal(once, twice) {
			t.Errorf("written of %q\n got %s\nwant %s", text, twice, once)
		}
	})
}
